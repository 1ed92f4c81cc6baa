// Every page of the console: on a phone the strip of areas shows the open one, wherever it stands in it.
const strip = document.querySelector<HTMLElement>(".desk-areas");
const open = strip?.querySelector<HTMLElement>("[aria-current]")?.getBoundingClientRect();
if (strip && open) {
  strip.scrollLeft += open.left - strip.getBoundingClientRect().left - (strip.clientWidth - open.width) / 2;
}

export {};
