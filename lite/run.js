// Looks whether Python can run here, loads it with a bar to watch, checks it, goes on to the notebook.
// JupyterLite by itself would show an empty page where it cannot start, and no bar while it loads.

const TEXTS = {
  en: {
    title: "Run the chapter in your browser",
    loading: (done, all, from) => `Loading Python from ${from}: ${done} of ${all} MB. What was loaded before is not loaded again.`,
    here: "this site",
    starting: "Python is here. The notebook opens.",
    noWebAssembly: "This browser cannot run Python: it has no WebAssembly, or it is switched off. A current Firefox, Chrome, Edge or Safari has it.",
    noMemory: "This browser gives no page the memory that Python needs. Closing other tabs may help.",
    littleMemory: "This device may have too little memory: the notebook needs about 1 GB to itself.",
    network: (from) => `Python could not be loaded from ${from}. You may be offline, or your network may not let it through.`,
    wrongFile: (from) => `What came from ${from} is not the Python that this book was tested with, so it was not started.`,
    notFound: "The notebooks for the browser are not complete on this site.",
    again: "Try again",
    anyway: "Try all the same",
    instead: "Without it",
    read: "Read the chapter",
    readWhy: ": its explorers and questions work in the page itself.",
    zip: "Take the notebooks along",
    zipWhy: " and run them with Python on your computer; the README inside says how.",
  },
  zh: {
    title: "在浏览器里运行本章",
    loading: (done, all, from) => `正在下载 Python（来源：${from}）：${done} / ${all} MB。下载过的不会再下载。`,
    here: "本站",
    starting: "Python 已经就绪，正在打开笔记本。",
    noWebAssembly: "这个浏览器运行不了 Python：没有 WebAssembly，或者关掉了。较新的 Firefox、Chrome、Edge 和 Safari 都有。",
    noMemory: "这个浏览器没有给网页留出 Python 要用的内存。关掉别的标签页也许有用。",
    littleMemory: "这台设备的内存可能不够：光笔记本就需要大约 1 GB。",
    network: (from) => `Python 下载不了（来源：${from}）。也许没有联网，也许网络不放行。`,
    wrongFile: (from) => `下载到的（来源：${from}）不是本书测试过的 Python，所以没有启动。`,
    notFound: "本站供浏览器运行的笔记本不全。",
    again: "再试一次",
    anyway: "还是试试",
    instead: "不运行也可以",
    read: "阅读本章",
    readWhy: "：交互图和提问在网页里就能用。",
    zip: "下载全部笔记本",
    zipWhy: "，在自己的电脑上用 Python 运行；怎么做，看里面的 README。",
  },
};
const PATIENCE = 10_000; // milliseconds without a single byte
const AT_ONCE = 4; // files
const LITTLE = 2; // GB; browsers tell no more than 8

const asked = new URLSearchParams(location.search);
const language = asked.get("lang") === "zh" ? "zh" : "en";
const say = TEXTS[language];
const path = /^(zh\/)?chapters\/\w+\.ipynb$/.test(asked.get("path")) ? asked.get("path") : "chapters/01_softmax.ipynb";
const book = path.startsWith("zh/") ? "../zh/" : "../";
const place = (id) => document.getElementById(id);

class Failure extends Error {}

function element(tag, text, attributes) {
  const node = document.createElement(tag);
  node.textContent = text;
  return Object.assign(node, attributes);
}

// Why Python will not start here, or null. Nothing is loaded for the answer.
function obstacle() {
  if (typeof WebAssembly !== "object") return "noWebAssembly";
  try {
    // What Pyodide reserves: 20 MB that may grow to 2 GB, in pages of 64 kB.
    new WebAssembly.Memory({ initial: 320, maximum: 32768 });
  } catch {
    return "noMemory";
  }
  return navigator.deviceMemory < LITTLE ? "littleMemory" : null;
}

function showFailure(text, button, onclick) {
  place("state").textContent = text;
  place("progress").hidden = true;
  place("actions").replaceChildren(element("button", button, { type: "button", onclick }));
  const line = (label, href, why) => {
    const item = document.createElement("li");
    item.append(element("a", label, { href }), why);
    return item;
  };
  const list = document.createElement("ul");
  list.append(
    line(say.read, `../${path.replace(".ipynb", ".html")}`, say.readWhy),
    line(say.zip, `${book}downloads/softattn-course.zip`, say.zipWhy),
  );
  place("instead").replaceChildren(element("h2", say.instead), list);
}

// Calls give up when nobody has called `alive` for a while.
function watch(giveUp) {
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, PATIENCE);
  };
  alive();
  return { alive, stop: () => clearTimeout(timer) };
}

async function hash(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Reads a file to its end, so that the browser keeps it for the kernel, which asks for it next.
async function read(address, expected, { signal, progress }) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${response.status} at ${address}`);
  const parts = [];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    progress(value.length);
  }
  // Only on https and on this computer do browsers lend pages their hash functions.
  if (!window.crypto?.subtle) return;
  if ((await hash(await new Blob(parts).arrayBuffer())) !== expected.sha256) throw new Failure("wrongFile");
}

async function load({ address, files }, from) {
  const names = Object.keys(files);
  const megabytes = (bytes) => Math.round(bytes / 1e6);
  const all = names.reduce((sum, name) => sum + files[name].bytes, 0);
  const bar = Object.assign(place("progress"), { max: all, value: 0, hidden: false });
  const stop = new AbortController();
  const watcher = watch(() => stop.abort());
  const progress = (bytes) => {
    watcher.alive();
    bar.value += bytes;
    place("state").textContent = say.loading(megabytes(bar.value), megabytes(all), from);
  };
  progress(0);
  const some = async () => {
    while (names.length) {
      const name = names.shift();
      await read(new URL(name, address), files[name], { signal: stop.signal, progress });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  } finally {
    watcher.stop();
    stop.abort();
  }
}

async function start() {
  place("actions").replaceChildren();
  place("instead").replaceChildren();
  const listed = await fetch("run.json").then((response) => response.json()).catch(() => null);
  if (!listed) return showFailure(say.notFound, say.again, start);
  const address = new URL(listed.address, location);
  const from = address.host === location.host ? say.here : address.host;
  try {
    await load({ ...listed, address }, from);
  } catch (error) {
    console.info(error);
    const why = error instanceof Failure ? error.message : "network";
    return showFailure(say[why](from), say.again, start);
  }
  place("progress").hidden = true;
  place("state").textContent = say.starting;
  location.replace(`notebooks/index.html?path=${path}`);
}

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
place("title").textContent = say.title;
const why = obstacle();
if (why === "littleMemory") showFailure(say[why], say.anyway, start);
else if (why) showFailure(say[why], say.again, () => location.reload());
else start();
