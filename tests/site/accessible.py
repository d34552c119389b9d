"""What axe finds in a page. Contrast, which costs it more than all the rest, is measured at one
text of each look, and at all of a look where axe could not tell at that one."""

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe

OF_COLOUR = ["color-contrast", "link-in-text-block"]
# Marks one text of each look that was not measured before, and returns all looks by their numbers.
# A look is a text's own colour and size, and all that is painted behind it; that of a link is also
# how it stands out from the text around it. What is not seen, or is off, needs no contrast.
MARK_LOOKS = """(measured) => {
  const paint = (element, part) => {
    const style = getComputedStyle(element, part);
    const paints = [style.backgroundColor, style.backgroundImage, style.opacity].join();
    return paints === "rgba(0, 0, 0, 0),none,1" ? "" : `${part ?? ""}${paints} `;
  };
  const letters = (style) => [style.color, style.fontSize, style.fontWeight, style.fontStyle,
    style.textShadow, style.textDecorationLine].join();
  const around = (link) => {
    let block = link.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const besides = [...block.querySelectorAll("a")].reduce(
      (text, one) => text.replace(one.textContent, ""), block.textContent);
    return besides.trim() && `in ${letters(getComputedStyle(block))}`;
  };
  const behind = new Map([[document, ""]]);
  const fields = "input:not([type=range], [type=radio], [type=checkbox]), select, textarea";
  const looks = new Map(measured.map((look, number) => [look, number]));
  for (const element of document.querySelectorAll("*:not(path, use, defs *, script, style)")) {
    const style = getComputedStyle(element);
    const paints = [undefined, "::before", "::after"].map((part) => paint(element, part)).join("");
    behind.set(element, behind.get(element.parentNode) + paints);
    element.removeAttribute("data-first");
    const box = element.getBoundingClientRect();
    const seen = box.width > 1 && box.height > 1 && box.bottom + scrollY > 0;
    if (!seen || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        || element.closest(":disabled")) continue;
    const link = element.matches("a[href]") ? around(element) + style.borderBottom : "";
    const written = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!written && !link.startsWith("in") && !element.matches(fields)) continue;
    const look = [letters(style), link, behind.get(element)].join();
    element.toggleAttribute("data-first", !looks.has(look));
    if (!looks.has(look)) looks.set(look, looks.size);
    element.dataset.look = looks.get(look);
  }
  return [...looks.keys()];
}"""
# Not loading the page's files once more, which serves rules about sound and film alone. Contrast
# counts for single letters and for signs, too. On a gradient, such as the shadow that says "there
# is more", axe gives up: without them meanwhile.
RUN = """async ([options, texts]) => {
  const plain = document.createElement("style");
  plain.textContent = "*, ::before, ::after { background-image: none !important; }";
  document.head.append(plain);
  axe.configure({ rules: [{ id: "color-contrast", selector: texts.join() },
    { id: "link-in-text-block", selector: texts.map((text) => `a${text}`).join() }] });
  const contrast = { options: { ignoreLength: true, ignoreUnicode: false } };
  const checks = { "color-contrast": contrast };
  const found = await axe.run({ preload: false, checks, ...options });
  plain.remove();
  return found;
}"""
# Nothing moves or fades any more.
STILL = "() => document.getAnimations().every((one) => one.playState === 'finished')"
LOOKS_OF = "(targets) => targets.map((one) => +document.querySelector(one).dataset.look)"


def run(page, options, texts=("[data-first]",)):
    """What axe says, but that nothing is wrong: this is asserted. `texts`: whose colours count."""
    page.wait_for_function(STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    results = AxeResults(page.evaluate(RUN, [options, texts]))
    assert results.violations_count == 0, results.generate_report()
    return results.response


def assert_accessible(page, measured=None):
    run(page, {"resultTypes": ["violations"],
               "rules": {rule: {"enabled": False} for rule in OF_COLOUR}})
    assert_readable(page, measured)


def assert_readable(page, measured=None):
    """The rules of colour alone, for a page that is accessible in other colours. The looks in
    `measured` were measured on other pages, those of this one join them."""
    measured = set() if measured is None else measured
    page.wait_for_function(STILL)
    looks = page.evaluate(MARK_LOOKS, list(measured))
    new = set(range(len(measured), len(looks)))
    if new and (untold := new - looks_told(page, ["[data-first]"])):
        looks_told(page, [f'[data-look="{number}"]' for number in sorted(untold)])
    measured.update(looks)


def looks_told(page, texts):
    """The numbers of the looks that axe could tell to be good."""
    found = run(page, {"resultTypes": ["violations", "passes"], "runOnly": OF_COLOUR}, texts)
    targets = [node["target"][0] for rule in found["passes"] for node in rule["nodes"]]
    return set(page.evaluate(LOOKS_OF, targets))
