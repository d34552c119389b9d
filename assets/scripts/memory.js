// What the book remembers of its reader: in this browser's localStorage, under one key, and nowhere
// else. No other script touches the storage. Where it is forbidden, things last as long as the page.
//
//   bookMemory.keep("answers", "01_softmax/overflow", { given: "0.42" })   until the reader forgets
//   bookMemory.recall("answers", "01_softmax/overflow")                    undefined if never kept
//   bookMemory.all("answers")                                              { key: value }
//   bookMemory.forget()                                                    wipes everything
//   bookMemory.onchange(() => …)                                           also in other tabs
//
// Whichever script of the page comes first brings it.
//
// Kinds in use: "answers" (predictions), "place" (where the reader is), "states" (explorers).
globalThis.bookMemory ??= (() => {
  const KEY = "softmax-and-attention";
  const listeners = new Set();
  let kept = read();

  function read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  function changed(write) {
    try {
      write();
    } catch { /* storage is forbidden or full */ }
    listeners.forEach((call) => call());
  }

  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    kept = read();
    listeners.forEach((call) => call());
  });

  return {
    keep(kind, key, value) {
      (kept[kind] ??= {})[key] = value;
      changed(() => localStorage.setItem(KEY, JSON.stringify(kept)));
    },
    recall: (kind, key) => kept[kind]?.[key],
    all: (kind) => ({ ...kept[kind] }),
    forget() {
      kept = {};
      changed(() => localStorage.removeItem(KEY));
    },
    onchange: (call) => listeners.add(call),
  };
})();
