// The server has forgotten this device; now the browser forgets as well, and the other pages of this site hear of it.
const ERASED = "imaginest.erased";

async function forget(): Promise<void> {
  try {
    localStorage.clear();
    sessionStorage.clear();
    localStorage.setItem(ERASED, "1");
    localStorage.removeItem(ERASED);
  } catch {
    // Where nothing may be kept, nothing is.
  }
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (name.startsWith("imaginest-pages")) await caches.delete(name);
  }
  document.body.dataset.erased = "true";
}

void forget();
