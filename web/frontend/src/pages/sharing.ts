// The page that passes a topic on: what only a program can do appears with it.
const link = document.getElementById("link")?.dataset.link ?? location.href;
const told = document.getElementById("told");
const title = document.title;

function offer(id: string, isPossible: boolean, act: () => void): void {
  const button = document.getElementById(id);
  if (!button || !isPossible) return;
  button.hidden = false;
  button.addEventListener("click", act);
}

async function copy(): Promise<void> {
  if (!told) return;
  try {
    await navigator.clipboard.writeText(link);
    told.textContent = told.dataset.copied ?? "";
  } catch {
    told.textContent = told.dataset.notCopied ?? "";
  }
}

// Browsers copy and share on secure pages only; whoever closes the sheet has changed their mind, nothing failed.
offer("send", "share" in navigator, () => void navigator.share({ title, url: link }).catch(() => undefined));
offer("copy", isSecureContext, () => void copy());
offer("print", true, () => print());
