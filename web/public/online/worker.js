/* What the online bank is made of, kept for a slow line: files whose names change with their content, and a page that says
   that there is no line. Nothing that the bank has answered, and nothing of any customer, is ever kept. */

const SHELL = 'liushui-online-1';
const ALWAYS = ['/online/offline.html', '/online/offline.css', '/online/icon.svg'];
const ASSETS = '/assets/';
const ASSETS_MOST = 40;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(ALWAYS))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request));
  else if (ALWAYS.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});

/** The page itself is new each time; without a line, the one that says so. */
function page(request) {
  return fetch(request).catch(() => caches.match('/online/offline.html'));
}

async function asset(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await prune(cache);
  }
  return answer;
}

/** The oldest of many versions go. */
async function prune(cache) {
  const assets = (await cache.keys()).filter((one) => new URL(one.url).pathname.startsWith(ASSETS));
  await Promise.all(
    assets.slice(0, Math.max(0, assets.length - ASSETS_MOST)).map((one) => cache.delete(one)),
  );
}
