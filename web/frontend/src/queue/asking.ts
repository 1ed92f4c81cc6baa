// What the queue asks of the server: parts of the page, and answers to what was decided.
import { showSignedOut } from "../signed_out.ts";

export interface Answer {
  readonly told?: string;
  readonly fault?: string;
  readonly decision?: number;
  readonly stays?: boolean;
  readonly open?: boolean;
  readonly by?: string;
  /** Whether one has decided it oneself. */
  readonly own?: boolean;
  readonly subject?: string;
}

/** The address of a part of a page: /posts/7?x becomes /posts/7/fiche?x. */
export function part(address: string, name: string): string {
  const url = new URL(address, location.href);
  return `${url.pathname}/${name}${url.search}`;
}

export async function fetchText(address: string): Promise<string> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (isSignedOut(answer)) showSignedOut();
  if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
  return answer.text();
}

export async function ask(address: string, init: RequestInit = { method: "GET" }): Promise<Answer> {
  const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "application/json" }, ...init });
  if (isSignedOut(answer)) showSignedOut();
  return (await answer.json()) as Answer;
}

export async function post(address: string, data: FormData): Promise<Answer | null> {
  const body = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
  return ask(address, { method: "POST", body }).catch(() => null);
}

/** Who is not signed in is sent to the door, and what they post is answered by a page. */
function isSignedOut(answer: Response): boolean {
  return answer.redirected || (answer.status === 403 && !!answer.headers.get("content-type")?.startsWith("text/html"));
}
