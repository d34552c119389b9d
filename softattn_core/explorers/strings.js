// Every sentence the explorers say, in each language of the book. {name} stands for a value.
const STRINGS = {
  examples: { en: "Examples", zh: "示例" },
  reset: { en: "Reset", zh: "重置" },
  temperature: { en: "Temperature T", zh: "温度 T" },
  exactly: { en: "{label}, exact value", zh: "{label}，精确数值" },
  score: { en: "Score of {name}", zh: "{name} 的分数" },
  class: { en: "class", zh: "类别" },
  className: { en: "Name of class {number}", zh: "第 {number} 个类别的名称" },
  add: { en: "Add a class", zh: "添加类别" },
  remove: { en: "Remove {name}", zh: "删除 {name}" },
  distribution: { en: "Probabilities: {values}", zh: "概率：{values}" },

  softmax: { en: "Softmax explorer", zh: "Softmax 探索器" },
  softmaxTable: { en: "From scores to probabilities, step by step", zh: "从分数到概率的逐步计算" },
  sum: { en: "sum Σ", zh: "总和 Σ" },
  shiftedByHundred: { en: "all + 100", zh: "全部 +100" },
  tie: { en: "A tie", zh: "平局" },
  clearWinner: { en: "A clear winner", zh: "遥遥领先" },
  tooLarge: { en: "Too large for eᶻ", zh: "eᶻ 溢出" },
  plain: {
    en: "Each p is its own e to the z/T, divided by their sum.",
    zh: "每个 p 等于它自己的 e 的 z/T 次方除以总和。",
  },
  stable: {
    en: "Here e to the z/T no longer fits into a floating-point number. So the largest score is subtracted from all of them first, which leaves every p as it is.",
    zh: "这里 e 的 z/T 次方已超出浮点数的范围。因此先从所有分数中减去最大的分数，每个 p 都不变。",
  },

  simplex: { en: "Simplex explorer", zh: "概率三角形探索器" },
  point: {
    en: "The distribution as a point in the triangle; arrow keys move it",
    zh: "三角形中的点表示概率分布；用方向键移动",
  },
  target: { en: "Right answer y", zh: "正确答案 y" },
  simplexTable: { en: "The distribution and its next step", zh: "概率分布及其下一步" },
  loss: { en: "loss −log p({name})", zh: "损失 −log p（{name}）" },
  step: { en: "Take one step: z − (p − y)", zh: "走一步：z − (p − y)" },
  pathKey: {
    en: "the path of temperature alone: centre at T → ∞, corner at T → 0",
    zh: "只改变温度的路径：T → ∞ 到中心，T → 0 到顶点",
  },
  stepKey: {
    en: "where one descent step heads, −J(p − y)",
    zh: "梯度下降一步的方向 −J(p − y)",
  },
  targetKey: { en: "the right answer", zh: "正确答案" },
  representative: {
    en: "A point fixes the scores only up to a shift. Moving it keeps their average as it was.",
    zh: "一个点只能确定分数的相对差；移动它时保持分数的平均值不变。",
  },

  focus: { en: "Focus explorer", zh: "聚焦探索器" },
  words: { en: "Words", zh: "词" },
  chineseSentence: { en: "Chinese sentence", zh: "中文句子" },
  englishSentence: { en: "English sentence", zh: "英文句子" },
  alike: { en: "All words alike", zh: "各词相同" },
  weightsAre: { en: "Weights: {values}", zh: "权重：{values}" },
  sumOfWeights: { en: "Sum of the weights:", zh: "权重之和：" },
  budget: {
    en: "Raise one word's score, and all the others lose weight: they share a budget of 1.",
    zh: "提高一个词的分数，其他词的权重都会减少：它们共享总量为 1 的预算。",
  },

  bottleneck: { en: "Bottleneck explorer", zh: "瓶颈探索器" },
  measure: { en: "Measure", zh: "指标" },
  exact_match: { en: "exact match", zh: "完全匹配率" },
  bleu: { en: "BLEU", zh: "BLEU" },
  attention_h64: { en: "attention, H = 64", zh: "注意力，H = 64" },
  fixed_h64: { en: "fixed vector, H = 64", zh: "固定向量，H = 64" },
  fixed_h128: { en: "fixed vector, H = 128", zh: "固定向量，H = 128" },
  sourceLength: { en: "Words in the source sentence", zh: "源句的词数" },
  wordsLong: { en: "{length} words", zh: "{length} 个词" },
  qualityTable: { en: "Quality at the reading line", zh: "读数线处的质量" },
  model: { en: "model", zh: "模型" },
  mean: { en: "mean", zh: "平均" },
  lowest: { en: "lowest", zh: "最低" },
  highest: { en: "highest", zh: "最高" },
  seeds: { en: "{seeds} seeds", zh: "{seeds} 个随机种子" },
  chartNote: { en: "Words in the source sentence. Bands: lowest to highest seed. Right of the dotted line: longer than in training.", zh: "横轴：源句的词数。色带：各随机种子的最低到最高。点线右侧：比训练时更长。" },
  heldOut: { en: "Held-out sentence {number}: {count} words", zh: "未见过的句子 {number}：{count} 个词" },
  another: { en: "Another", zh: "换一句" },
  english: { en: "English", zh: "英文" },
  reference: { en: "Reference", zh: "参考译文" },
  right: { en: "all right", zh: "全部正确" },
  wrong: { en: "{wrong} of {all} wrong or missing", zh: "{all} 个中有 {wrong} 个错误或遗漏" },
  markNote: { en: "Underlined: not as in the reference. □: a word left out.", zh: "下划线：与参考译文不同。□：遗漏的词。" },

  threeSteps: { en: "Three-steps explorer", zh: "三步探索器" },
  identity: { en: "W = identity", zh: "W = 单位矩阵" },
  swap: { en: "W swaps the axes", zh: "W 交换坐标轴" },
  noW: { en: "W = 0", zh: "W = 0" },
  coordinate: { en: "{name}, coordinate {axis}", zh: "{name} 的第 {axis} 个坐标" },
  entry: { en: "W, row {row}, column {column}", zh: "W 第 {row} 行第 {column} 列" },
  arrowOf: { en: "{name} as an arrow; arrow keys move it", zh: "{name} 的箭头；用方向键移动" },
  stateOf: { en: "{name} of {word}", zh: "{word} 的 {name}" },
  decoderState: { en: "decoder state s", zh: "解码器状态 s" },
  stepsTable: { en: "Scores and weights", zh: "分数与权重" },
  word: { en: "word", zh: "词" },
  scoreStep: { en: "1 score", zh: "1 分数" },
  weightStep: { en: "2 weight", zh: "2 权重" },
  contextStep: { en: "3 context", zh: "3 上下文" },
  contextIs: { en: "{weights}; context {context}", zh: "{weights}；上下文 {context}" },
  queryKey: { en: "Wᵀs: a state scores high that points this way", zh: "Wᵀs：朝这个方向的状态得分高" },
  contextKey: { en: "the context c, never outside the triangle of the h", zh: "上下文 c，从不离开 h 的三角形" },

  translator: { en: "Translator explorer", zh: "翻译探索器" },
  sentence: { en: "English sentence", zh: "英文句子" },
  translate: { en: "Translate", zh: "翻译" },
  heatMap: { en: "Attention weights: one row a Chinese word, one column an English word", zh: "注意力权重：每行一个中文词，每列一个英文词" },
  reading: { en: "{chinese} takes {weight} of its attention from {english}", zh: "{chinese} 对 {english} 的权重是 {weight}" },
  readHint: { en: "Each row sums to 1. Point at a cell, or use the arrow keys.", zh: "每行之和为 1。指向某一格，或用方向键移动。" },
  eosNote: { en: "* <eos> ends the translation. Its row means little: softmax has to spend its budget of 1 somewhere.", zh: "* <eos> 表示译文结束。这一行意义不大：softmax 必须把总量为 1 的预算花在某处。" },
  stateNote: { en: "A weight belongs to an encoder state, not to a word alone: each state also knows the words before it.", zh: "权重属于编码器的状态，而不只属于一个词：每个状态也知道它前面的词。" },
  noWords: { en: "There is no word to translate. Type an English sentence.", zh: "没有可以翻译的词。请输入英文句子。" },
  isChinese: { en: "This is Chinese. The model reads English and writes Chinese: type an English sentence.", zh: "这是中文。模型把英文翻译成中文：请输入英文句子。" },
  tooLong: { en: "{count} words are too many. Type at most {most}.", zh: "{count} 个词太多了，最多 {most} 个。" },
  unknown: { en: "The model does not know “{word}”, nor a word like it.", zh: "模型不认识 “{word}”，也没有相近的词。" },
  unknownNear: { en: "The model does not know “{word}”. Did you mean:", zh: "模型不认识 “{word}”。您是不是要输入：" },
  knownWords: { en: "The {count} words that the model knows", zh: "模型认识的 {count} 个词" },
};

// say(node)("score", { name: "cat" }): the sentence in the language of that part of the page.
function sayIn(node) {
  const language = (node.closest("[lang]")?.lang || "en").startsWith("zh") ? "zh" : "en";
  return (key, values = {}) =>
    STRINGS[key][language].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The attributes that make screen readers and fonts treat Chinese words as Chinese.
const languageOf = (text) => (/\p{Script=Han}/u.test(text) ? { lang: "zh" } : {});
