import type { Moment } from "../moments.ts";
import { drawing, extended, inSeconds, rows, stepPath } from "../moments.ts";
import { FOG_UNDER, share } from "../share.ts";
import type { Tally } from "../tally.ts";
import { number, percent, region, typography } from "../words.ts";
import { LivePart } from "./part.ts";

const ASK_AGAIN = 5_000;
/** When a vote ends, everybody's results open at once; not everybody should ask in the same moment. */
const SPREAD = 3_000;

/** The ratio over time; what the server drew goes on with what happens now. */
export class LiveTimeline extends LivePart {
  #moments: Moment[] | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.querySelector("details")?.addEventListener("toggle", () => this.#fillTable());
  }

  protected override draw({ headline }: Tally): void {
    if (!headline) return;
    this.#moments ??= this.#written();
    const { past } = this.dataset;
    if (past) {
      this.removeAttribute("data-past");
      setTimeout(() => void this.#ask(past), this.#isClosed ? Math.random() * SPREAD : 0);
    }
    const { plus, minus } = headline;
    const last = this.#moments.at(-1);
    if (plus + minus < FOG_UNDER || (last?.[1] === plus && last[2] === minus)) return;
    this.#moments = extended(this.#moments, [this.at, plus, minus]);
    this.#show();
  }

  get #isClosed(): boolean {
    const closes = Number(this.closest<HTMLElement>(".topic")?.dataset.closes);
    return closes > 0 && closes <= this.at;
  }

  /** The results were hidden when the page was drawn: what happened before is asked for now. */
  async #ask(past: string): Promise<void> {
    const answer = await fetch(past, { headers: { accept: "application/json" } }).catch(() => null);
    if (answer?.ok) {
      const { moments } = (await answer.json()) as { moments: Moment[] };
      // A moment is told by the end of its span of time, which may be yet to come.
      const until = moments.map(([at, plus, minus]): Moment => [Math.min(at, this.at), plus, minus]);
      this.#moments = (this.#moments ?? []).reduce(extended, until);
      this.#show();
    } else if ((!answer || answer.status >= 500) && this.isConnected) {
      setTimeout(() => void this.#ask(past), ASK_AGAIN * (0.5 + Math.random()));
    }
  }

  #show(): void {
    const moments = this.#moments ?? [];
    if (moments.length < 2) return;
    const { line, area } = drawing(moments);
    this.querySelector(".line")?.setAttribute("points", line);
    this.querySelector(".area")?.setAttribute("points", area);
    for (const step of this.querySelectorAll<SVGPathElement>(".aside-mark")) {
      step.setAttribute("d", stepPath(moments, Number(step.dataset.at)));
    }
    const days = this.querySelectorAll(".timeline-days span");
    const exactly = inSeconds(moments);
    [moments[0], moments.at(-1)].forEach((moment, i) => {
      const day = days[i];
      if (day && moment) day.textContent = written(moment[0], exactly);
    });
    this.removeAttribute("data-empty");
  }

  /** The table is filled when it is opened: rows that are being read stay where they are. */
  #fillTable(): void {
    const body = this.querySelector("tbody");
    if (!body || !this.#moments || !this.querySelector("details")?.open) return;
    const exactly = inSeconds(this.#moments);
    body.replaceChildren(...rows(this.#moments).map((moment) => tableRow(moment, exactly)));
  }

  #written(): Moment[] {
    try {
      return JSON.parse(this.querySelector(".moments")?.textContent || "[]") as Moment[];
    } catch {
      return [];
    }
  }
}

function tableRow([at, plus, minus]: Moment, exactly: boolean): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = written(at, exactly);
  row.append(head);
  row.insertCell().textContent = percent(share({ plus, minus }).plus);
  row.insertCell().textContent = number(plus + minus);
  return row;
}

/** « 12 mars, 14:05 », or with its seconds, as the Région's clocks show it. */
function written(at: number, exactly: boolean): string {
  const day = new Intl.DateTimeFormat(region(), { timeZone: "Europe/Paris", day: "numeric", month: "long" });
  const second = exactly ? "2-digit" : undefined;
  const hour = new Intl.DateTimeFormat(region(), { timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit", second });
  return typography(`${day.format(at)}, ${hour.format(at)}`);
}
