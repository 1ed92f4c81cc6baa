// Videos that are shown for a while.

/** Before it leaves the page: Chromium never lets a video go whose captions are on, nor all that it is made of. */
export function letGo(video: HTMLVideoElement): void {
  for (const captions of video.textTracks) captions.mode = "disabled";
  video.removeAttribute("src");
  video.load();
}
