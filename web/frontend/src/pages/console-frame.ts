// Every page of the console: on a phone the strip of areas shows the open one, wherever it stands in it, and that there are more.
const strip = document.querySelector<HTMLElement>(".desk-areas");
const open = strip?.querySelector<HTMLElement>("[aria-current]")?.getBoundingClientRect();
if (strip && open) {
  strip.scrollLeft += open.left - strip.getBoundingClientRect().left - (strip.clientWidth - open.width) / 2;
}

if (strip) {
  const tellMore = (): void => {
    const { scrollLeft, scrollWidth, clientWidth } = strip;
    const more = [scrollLeft > 1 ? "before" : "", scrollLeft + clientWidth < scrollWidth - 1 ? "after" : ""];
    strip.dataset.more = more.join(" ").trim();
  };
  strip.addEventListener("scroll", tellMore, { passive: true });
  new ResizeObserver(tellMore).observe(strip);
}

export {};
