// A topic's page: what became of it appears while the page is open.
import { followSteps } from "../steps.ts";
import { pageWords } from "../words.ts";

const section = document.getElementById("suivi");
const article = section?.closest<HTMLElement>(".topic");
if (section && article) followSteps(article, section, pageWords());
