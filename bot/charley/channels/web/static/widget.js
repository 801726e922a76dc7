// The chat in somebody else's page: <script src="https://…/widget.js" defer></script>, with data-label for the button's words.

const script = document.currentScript;
const base = new URL(".", script.src);

function start() {
  if (document.querySelector("charley-chat")) return;
  const host = element("charley-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const log = element("div", { role: "log", "aria-label": WORDS.log });
  const status = element("p", { class: "hidden", role: "status" });
  const topics = element("section", { class: "suggestions", "aria-label": WORDS.welcome });
  const field = element("textarea", { id: "text", rows: "1", autocomplete: "off", enterkeyhint: "send" });
  const form = element(
    "form",
    { class: "bar" },
    element("label", { for: "text" }, WORDS.ask),
    element("div", { class: "row" }, field, element("button", { type: "submit", class: "send" }, WORDS.send)),
    element("p", { class: "disclaimer", role: "note" }, DISCLAIMER),
  );
  const chat = new Chat({ base, log, status, form, field, place: "charley-widget", onReply: () => (topics.hidden = true) });
  for (const { label, intent } of TOPICS) topics.append(button(label, () => chat.ask({ choice: { intent } }, label)));

  const again = button(WORDS.again, () => {
    chat.forget();
    topics.hidden = false;
    field.focus();
  });
  const name = script.dataset.label || WORDS.open;
  const panel = element(
    "div",
    { class: "panel", role: "dialog", "aria-label": name, hidden: true },
    element("div", { class: "top" }, element("h2", {}, name), again, button("\u2715", () => toggle(false), { "aria-label": WORDS.close })),
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": WORDS.log }, topics, log),
    status,
    form,
  );
  const opener = button(name, () => toggle(true), { class: "opener", "aria-expanded": "false", "aria-haspopup": "dialog" });

  function toggle(shown) {
    panel.hidden = !shown;
    opener.hidden = shown;
    opener.setAttribute("aria-expanded", String(shown));
    (shown ? field : opener).focus();
    remember(shown);
  }

  function remember(shown) {
    try {
      sessionStorage.setItem("charley-open", shown ? "1" : "");
    } catch {
      // Without the leave to keep anything, it opens closed.
    }
  }

  panel.addEventListener("keydown", (event) => {
    // Keys typed here are no shortcuts of the page.
    event.stopPropagation();
    if (event.key === "Escape") toggle(false);
  });
  root.append(opener, panel);
  document.body.append(host);
  chat.restore();
  let open = false;
  try {
    open = Boolean(sessionStorage.getItem("charley-open"));
  } catch {
    // See above.
  }
  if (open) {
    panel.hidden = false;
    opener.hidden = true;
    log.lastElementChild?.scrollIntoView({ block: "start" });
  }
}

if (document.body) start();
else addEventListener("DOMContentLoaded", start, { once: true });
