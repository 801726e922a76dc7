// The page around the chat.

const byId = (id) => document.getElementById(id);
const form = byId("ask");
const topics = byId("topics");
const chat = new Chat({
  base: new URL(".", document.currentScript.src),
  log: byId("log"),
  status: byId("status"),
  form,
  field: byId("text"),
  place: "charley-page",
  onReply: () => (topics.hidden = true),
});

// What the plain form had answered before this script came goes on from where it was.
chat.context = form.elements.context.value || undefined;
if (chat.log.childElementCount) topics.hidden = true;
else chat.restore();

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[name]");
  if (!pressed) return;
  event.preventDefault();
  const label = pressed.textContent;
  if (pressed.name === "choice") chat.ask({ choice: JSON.parse(pressed.dataset.choice) }, label);
  else chat.ask({ text: label }, label);
  byId("text").focus({ preventScroll: true });
});

byId("print").addEventListener("click", () => print());
byId("again").addEventListener("click", () => {
  chat.forget();
  topics.hidden = false;
  byId("text").focus();
});
byId("print").hidden = byId("again").hidden = false;

if ("serviceWorker" in navigator) {
  const address = new URL("sw.js", chat.base).href;
  const policy = window.trustedTypes?.createPolicy("charley", { createScriptURL: () => address });
  navigator.serviceWorker.register(policy ? policy.createScriptURL("") : address).catch(() => {});
}
