// Brings a film in parts: a network that fails costs the part that was on its way, and the same file goes on later.
const TRIES = 6;
const AGAIN = 1_500;

interface Begun {
  readonly id: number;
  readonly part: number;
  readonly came: readonly number[];
}

class Refused extends Error {}

const form = document.querySelector<HTMLFormElement>("[data-film]");
if (form) start(form);

function start(bringing: HTMLFormElement): void {
  const file = bringing.querySelector<HTMLInputElement>("[type=file]");
  const send = bringing.querySelector("button");
  const progress = bringing.querySelector<HTMLElement>("[data-progress]");
  const fault = document.querySelector<HTMLElement>("[data-fault]");
  if (!file || !send || !progress || !fault) return;
  send.disabled = false;
  bringing.addEventListener("submit", (event) => {
    event.preventDefault();
    const [film] = file.files ?? [];
    if (!film) return;
    send.disabled = true;
    progress.hidden = false;
    fault.hidden = true;
    void bring(bringing, film, (done) => tell(progress, done)).then(
      () => location.assign("/console/films"),
      (error: unknown) => {
        send.disabled = false;
        progress.hidden = true;
        fault.hidden = false;
        fault.textContent = error instanceof Refused ? error.message : (fault.dataset.lost ?? "");
      },
    );
  });
}

function tell(progress: HTMLElement, done: number): void {
  const bar = progress.querySelector("progress");
  if (bar) bar.value = done;
  const words = progress.querySelector("span");
  if (words) words.textContent = `${Math.floor(done * 100)} %`;
}

async function bring(bringing: HTMLFormElement, film: File, told: (done: number) => void): Promise<void> {
  const fields = new FormData(bringing);
  // The same file is the same film, also after the page was loaded anew.
  fields.set("op", `film-${film.size}-${film.lastModified}`.slice(0, 40));
  fields.set("size", String(film.size));
  const begun = (await (await ask("/console/films", { method: "POST", body: fields })).json()) as Begun;
  const parts = Math.ceil(film.size / begun.part);
  const came = new Set(begun.came);
  for (let number = 0; number < parts; number += 1) {
    if (!came.has(number)) {
      const body = film.slice(number * begun.part, (number + 1) * begun.part);
      await ask(`/console/films/${begun.id}/parties/${number}`, { method: "PUT", body });
    }
    told((number + 1) / parts);
  }
  await ask(`/console/films/${begun.id}/fin`, { method: "POST" });
}

/** Asks again while nobody answers; what is refused is refused. */
async function ask(path: string, options: RequestInit): Promise<Response> {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(path, options);
      if (answer.ok) return answer;
      if (answer.status < 500) throw new Refused(await messageOf(answer));
    } catch (error) {
      if (error instanceof Refused || tries >= TRIES) throw error;
    }
    if (tries >= TRIES) throw new Error();
    await new Promise((resolve) => setTimeout(resolve, AGAIN * (tries + 1)));
  }
}

async function messageOf(answer: Response): Promise<string> {
  try {
    return String(((await answer.json()) as { message?: string }).message ?? "");
  } catch {
    return "";
  }
}

export {};
