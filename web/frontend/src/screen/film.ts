// One film of a show: fetched whole ahead of time, so that a cut network does not stop it, and kept at everybody's second.
import { letGo } from "../videos.ts";
import { correction } from "./film_pace.ts";

/** Bytes of a film that is kept whole; a longer one comes as it is played. */
const MOST_KEPT = 1_500_000_000;
const AGAIN = 5_000;
/** Of a video's states: it can go on. */
const HAVE_FUTURE_DATA = 3;

export interface Sound {
  isMuted(): boolean;
  /** The browser lets no sound be played before somebody has touched the screen. */
  blocked(): void;
}

export class Film {
  #isWhole = false;
  #isOn = false;
  #kept: string | null = null;
  readonly #gone = new AbortController();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly address: string,
    private readonly sound: Sound,
  ) {
    void this.#fetch();
    for (const track of video.querySelectorAll("track")) track.addEventListener("load", () => lift(track.track.cues));
  }

  get isReady(): boolean {
    return this.#isWhole;
  }

  /** Bring it to `position` ms, running or not; called again and again while it is on. */
  play(position: number, isPaused: boolean): void {
    this.#isOn = true;
    const { video } = this;
    if (!video.src) video.src = this.address; // it has not come whole yet
    else if (video.error || video.readyState < HAVE_FUTURE_DATA) this.#take(); // it comes no further
    video.muted = this.sound.isMuted();
    const length = Number.isFinite(video.duration) ? video.duration : Infinity;
    const wanted = Math.min(Math.max(0, position / 1000), length);
    const stands = isPaused || position < 0 || wanted >= length;
    if (stands) {
      if (!video.paused) video.pause();
      if (Math.abs(video.currentTime - wanted) > 0.05 && video.readyState > 0) video.currentTime = wanted;
      return;
    }
    const { seek, rate } = correction(video.currentTime, wanted);
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (seek !== null && video.readyState > 0 && !video.seeking) video.currentTime = seek;
    if (video.paused) this.#start();
  }

  stop(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.video.pause();
    this.#take();
  }

  forget(): void {
    this.#gone.abort();
    this.stop();
    letGo(this.video);
    if (this.#kept) URL.revokeObjectURL(this.#kept);
  }

  #start(): void {
    const { video } = this;
    void video.play().catch((fault: unknown) => {
      if (!(fault instanceof DOMException) || fault.name !== "NotAllowedError" || video.muted) return;
      this.sound.blocked();
      video.muted = true;
      void video.play().catch(() => {}); // the next look tries again
    });
  }

  async #fetch(): Promise<void> {
    const { signal } = this.#gone;
    while (!signal.aborted) {
      try {
        const answer = await fetch(this.address, { signal });
        if (!answer.ok) throw new Error(String(answer.status));
        if (Number(answer.headers.get("content-length")) > MOST_KEPT) {
          await answer.body?.cancel();
          this.video.preload = "auto";
          this.video.src = this.address;
          this.#isWhole = true;
          return;
        }
        this.#kept = URL.createObjectURL(await answer.blob());
        this.#isWhole = true;
        if (!this.#isOn || this.video.error) this.#take();
        return;
      } catch {
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
  }

  /** From now on it is played from what was kept; not while it runs, which would be seen. */
  #take(): void {
    if (!this.#kept || this.video.src === this.#kept) return;
    this.video.src = this.#kept;
    this.video.preload = "auto";
    this.video.load();
  }
}

/** Captions stand above what a projector may cut off: two lines that end in the last but one of the screen. */
function lift(cues: TextTrackCueList | null): void {
  for (const cue of cues ?? []) if (cue instanceof VTTCue && cue.line === "auto") cue.line = -3;
}
