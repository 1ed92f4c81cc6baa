import assert from "node:assert/strict";
import { test } from "node:test";
import { FILES, PAGES, cacheOf, hallOf, isDown, isNamedByContent, isOver, isReadable, marked, mayKeep, outdated, plain } from "../src/worker/rules.ts";

function answer(control = "private, no-cache", type = "text/html; charset=utf-8", status = 200) {
  const headers = new Headers({ "cache-control": control, "content-type": type });
  return { ok: status === 200, status, redirected: false, headers };
}

const at = (path: string): URL => new URL(path, "https://imaginest.test");

test("reading pages are kept, and nothing that is confidential, staff's, a list of search or no page", () => {
  const lists = ["/mes-votes", "/mes-idees", "/reponses", "/reponses?page=2", "/sujets/7/arguments?page=2", "/campagnes/3"];
  for (const path of ["/", "/?page=2", "/sujets/7", "/comment-ca-marche", "/statistiques", "/statistiques/representativite", ...lists]) {
    assert.ok(mayKeep(at(path), answer()), path);
  }
  for (const path of ["/statistiques/direct", "/statistiques?thematique=sport", "/mes-idees/4", "/sujets/7/arguments/nouveaux"]) {
    assert.ok(!mayKeep(at(path), answer()), path);
  }
  for (const path of ["/profil", "/effacer", "/console", "/contact/3", "/?theme=x", "/sujets/7/fil", "/sujets/7?src=qr"]) {
    assert.ok(!mayKeep(at(path), answer()), path);
  }
  for (const path of ["/", "/statistiques", "/mes-idees"]) assert.ok(!mayKeep(at(path), answer("no-store")), `a kiosk's ${path}`);
  assert.ok(isReadable(at("/?page=2")) && !isReadable(at("/borne")) && !isReadable(at("/borne?page=2")));
  assert.ok(!mayKeep(at("/"), answer(undefined, "application/json")));
  assert.ok(!mayKeep(at("/"), answer(undefined, undefined, 404)));
});

test("what may not be kept, or is gone, loses its old copy too; what is only down does not", () => {
  assert.ok(isOver(answer("private, no-store")));
  for (const status of [403, 404, 410]) assert.ok(isOver(answer(undefined, undefined, status)));
  for (const status of [500, 502, 503, 504]) assert.ok(!isOver(answer(undefined, undefined, status)));
  assert.deepEqual([500, 502, 503, 504].map(isDown), [false, true, true, true]);
});

test("a copy says of when it is, and its mark holds nothing but a number", () => {
  assert.equal(marked('<html><body data-live="/live">', "123"), '<html><body data-copied="123" data-live="/live">');
  assert.equal(marked("<body >", '1"><script>2'), '<body data-copied="12" >');
});

test("a topic is found however one was led to it", () => {
  assert.equal(plain(at("/sujets/7?src=qr")), "https://imaginest.test/sujets/7");
  assert.equal(plain(at("/?page=2")), "https://imaginest.test/?page=2");
});

test("a new version lets go of all but itself and the last, whose files its copies need", () => {
  const names = ["other", `${FILES}1`, `${PAGES}1`, `${FILES}2`, `${PAGES}2`, `${FILES}3`];
  assert.deepEqual(outdated(names, "3"), [`${FILES}1`, `${PAGES}1`]);
  assert.deepEqual(outdated([], "3"), []);
});

test("a screen's worker answers for the page of a hall and for what never changes, and is in nobody's way", () => {
  assert.equal(hallOf(at("/ecran/metz?x=1")), "metz");
  for (const path of ["/ecran", "/ecran/", "/ecran/sw.js", "/ecran/metz/etat", "/", "/sujets/7"]) assert.equal(hallOf(at(path)), null, path);
  assert.ok(isNamedByContent(at("/static/screen-X.js")) && isNamedByContent(at("/images/0a")));
  for (const path of ["/films/3", "/ecran/metz/programme", "/live/time"]) assert.ok(!isNamedByContent(at(path)), path);
  assert.deepEqual(outdated([cacheOf("metz"), cacheOf("reims")], "3"), [], "citizens' worker leaves it alone");
});
