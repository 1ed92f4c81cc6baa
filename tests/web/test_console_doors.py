"""Coming in to the console, and what keeps everybody else out."""

from storage.values_staff import Role
from tests.web.conftest import Site
from tests.web.staffed import colleague


async def test_somebody_who_was_invited_comes_in(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    home = await someone.browser.get("/console")
    assert home.status_code == 200 and "modération" in home.text and "Comptes" not in home.text
    assert home.headers["cache-control"] == "no-store" and "noindex" in home.headers["x-robots-tag"]
    await someone.browser.post("/console/deconnexion")
    assert (await someone.browser.get("/console")).headers["location"] == "/console/connexion"
    await someone.sign_in()
    assert (await someone.browser.get("/console")).status_code == 200
