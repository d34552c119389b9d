// A button that calls tick() again and again, until that says false or the button is pressed again.
// Readers who asked for less motion do not see it; they step by hand.
function playButton(say, pause, start, tick) {
  let timer;
  function stop() {
    clearInterval(timer);
    timer = undefined;
    write(node, say("play"));
  }
  const node = button(say("play"), () => {
    if (timer !== undefined) return stop();
    write(node, say("pause"));
    start();
    timer = setInterval(() => tick() || stop(), pause);
  });
  node.classList.add("sa-play");
  node.hidden = still();
  return { node, stop };
}
