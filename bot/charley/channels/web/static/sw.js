// Keeps the page and the list of all questions for when there is no network; nothing of what was asked or looked at.

const CACHE = "charley-{{version}}";
const SHELL = [".", "page.css", "page.js", "icon.svg", "manifest.webmanifest", "faq"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("charley-") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const path = new URL(url);
  const kept = path.href.startsWith(registration.scope) && !path.search ? path.href.slice(registration.scope.length) : "?";
  if (method !== "GET" || !SHELL.includes(kept || ".")) return;
  event.respondWith(newest(event.request));
});

async function newest(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const known = await cache.match(request.url);
    if (known) return known;
    throw error;
  }
}
