// The device in the hall: full screen, no cursor, kept awake, and its sound.

const SEEN = 2_000;
const HINTED = 8_000;
/** A lock that was refused, or that the system took away, is asked for again. */
const AWAKE_AGAIN = 30_000;

export class Room {
  #isMuted = false;
  #isBlocked = false;
  #lock: WakeLockSentinel | null = null;
  #pointer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {
    document.addEventListener("click", () => this.#touched());
    document.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("pointermove", () => this.#showPointer());
    document.addEventListener("visibilitychange", () => void this.#stayAwake());
    document.addEventListener("fullscreenchange", () => this.#hint());
    setInterval(() => void this.#stayAwake(), AWAKE_AGAIN);
    void this.#stayAwake();
    this.#hint();
    setTimeout(() => this.#hint(true), HINTED);
  }

  isMuted(): boolean {
    return this.#isMuted || this.#isBlocked;
  }

  blocked(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    this.#tell();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === "f") {
      if (document.fullscreenElement) void document.exitFullscreen();
      else this.#fill();
    } else if (key === "m") {
      this.#isMuted = !this.isMuted();
      this.#isBlocked = false;
      this.#tell();
    }
  }

  #touched(): void {
    this.#isBlocked = false;
    this.#tell();
    if (!document.fullscreenElement) this.#fill();
  }

  #fill(): void {
    void document.documentElement.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
  }

  #tell(): void {
    const mark = document.getElementById("sound");
    if (mark) {
      mark.hidden = !this.isMuted();
      mark.textContent = (this.#isBlocked ? mark.dataset.blocked : mark.dataset.muted) ?? "";
    }
    this.changed();
  }

  #hint(isOver = false): void {
    const hint = document.getElementById("hint");
    if (hint) hint.hidden = isOver || document.fullscreenElement !== null;
  }

  #showPointer(): void {
    document.body.classList.add("is-pointing");
    clearTimeout(this.#pointer);
    this.#pointer = setTimeout(() => document.body.classList.remove("is-pointing"), SEEN);
  }

  /** The lock goes when the page is hidden; where there is none the system's own settings count. */
  async #stayAwake(): Promise<void> {
    if (document.visibilityState !== "visible" || this.#lock?.released === false) return;
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // the battery is low, or the address is no secure one
    }
  }
}
