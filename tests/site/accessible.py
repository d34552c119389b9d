"""What axe finds in a page. Contrast, which costs it more than all the rest, is measured at one
text of each look, and at all of a look where that one was hidden from it."""

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe

# Numbers the looks of texts: their own colour and size, and all that is painted behind them.
NUMBER_LOOKS = """() => {
  const paint = (element, part) => {
    const style = getComputedStyle(element, part);
    return [style.backgroundColor, style.backgroundImage, style.opacity];
  };
  const behind = new Map([[document, ""]]);
  const looks = new Map();
  for (const element of document.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const paints = [undefined, "::before", "::after"].map((part) => paint(element, part));
    behind.set(element, `${behind.get(element.parentNode)} ${paints}`);
    const written = [...element.childNodes].some((node) => node.data?.trim());
    if (!written && !element.matches("input, select, textarea")) continue;
    const look = [style.color, style.fontSize, style.fontWeight, style.textShadow,
      style.textDecorationLine, style.visibility, behind.get(element)].join();
    element.toggleAttribute("data-first", !looks.has(look));
    if (!looks.has(look)) looks.set(look, looks.size);
    element.dataset.look = looks.get(look);
  }
}"""
# Not loading the page's files once more, which serves rules about sound and film alone.
# On a gradient, such as the shadow that says "there is more", axe gives up: without them meanwhile.
RUN = """async ([selector, options]) => {
  const plain = document.createElement("style");
  plain.textContent = "*, ::before, ::after { background-image: none !important; }";
  document.head.append(plain);
  axe.configure({ rules: [{ id: "color-contrast", selector }] });
  const found = await axe.run(
    { resultTypes: ["violations", "incomplete"], preload: false, ...options });
  plain.remove();
  return found;
}"""
# Nothing moves or fades any more.
STILL = "() => document.getAnimations().every((one) => one.playState === 'finished')"
LOOKS_OF = "(targets) => targets.map((one) => document.querySelector(one).dataset.look)"


def run(page, texts, **options):
    """Asserts that axe finds nothing; what it could not decide. `texts`: whose contrast counts."""
    results = AxeResults(page.evaluate(RUN, [texts, options]))
    assert results.violations_count == 0, results.generate_report()
    return results.response["incomplete"]


def assert_accessible(page, **options):
    page.wait_for_function(STILL)
    page.evaluate(Axe().axe_script)
    page.evaluate(NUMBER_LOOKS)
    undecided = [node["target"][0] for rule in run(page, "[data-first]", **options)
                 for node in rule["nodes"] if rule["id"] == "color-contrast"]
    if undecided:
        others = {f'[data-look="{look}"]' for look in page.evaluate(LOOKS_OF, undecided)}
        run(page, ", ".join(others), runOnly=["color-contrast"])


def assert_readable(page):
    """The rules of colour alone, for a page that is accessible in other colours."""
    assert_accessible(page, runOnly=["color-contrast", "link-in-text-block"])
