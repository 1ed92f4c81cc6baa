// The menu opens and closes without this program; with it, it also closes when one goes elsewhere.
export function startMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>("#menu");
  if (!menu) return;
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Node) || !menu.contains(target)) menu.open = false;
  });
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
}
