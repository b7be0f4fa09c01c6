# SPDX-License-Identifier: Apache-2.0
"""The page at /docs, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.client import call
from harness.program import PATIENCE, ROOT
from harness.server import Server
from harness.service import serve
from harness.store import Store
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

# Any address that is not the server's own: what the page would fetch from elsewhere fails, and so
# does the browser's own traffic.
NOWHERE = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Debian's Chromium without a screen."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    options.add_argument("--headless=new")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.add_argument(f"--host-resolver-rules={NOWHERE}")
    options.add_argument("--window-size=1200,1400")
    options.add_argument("--disable-dev-shm-usage")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox does not run as root.
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


def found(browser: webdriver.Chrome, selector: str) -> WebElement:
    """The first such element, once it is there."""
    wait = WebDriverWait(browser, PATIENCE, poll_frequency=0.05)
    return wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))


def click(browser: webdriver.Chrome, selector: str) -> None:
    """Click what is there, wherever it has been scrolled to."""
    browser.execute_script("arguments[0].click()", found(browser, selector))


def tried(browser: webdriver.Chrome, api: str, body: str) -> tuple[str, str]:
    """The status and, without white space, the body that "Try it out" shows for an API."""
    block = f"#page [id$=__{api}]"
    if not browser.find_elements(By.CSS_SELECTOR, f"{block} .opblock-body"):
        click(browser, f"{block} .opblock-summary-control")
        click(browser, f"{block} .try-out__btn")
    else:
        click(browser, f"{block} .btn-clear")
    field = found(browser, f"{block} textarea.body-param__text")
    field.clear()
    field.send_keys(body)
    click(browser, f"{block} .execute")
    status = found(browser, f"{block} .live-responses-table tbody .response-col_status")
    answer = found(browser, f"{block} .live-responses-table .microlight")
    return status.text.split()[0], "".join(answer.text.split())


def test_the_root_leads_to_a_page_that_tries_an_api_out(
    browser: webdriver.Chrome, iris: Server
) -> None:
    browser.get(iris.url + "/")
    found(browser, "#page .opblock")
    assert browser.current_url == iris.url + "/docs"
    assert browser.title.startswith("iris")

    assert tried(browser, "predict", "[[5.9, 3, 5.1, 1.8]]") == ("200", "[2]")


def test_the_page_of_a_service_in_python_tries_its_functions_out(
    browser: webdriver.Chrome, store: Store, tmp_path: Path
) -> None:
    with serve(ROOT / "examples" / "iris", store.home, out=tmp_path) as server:
        browser.get(server.url + "/")
        found(browser, "#page .opblock")
        assert browser.title.startswith("iris_classifier")
        assert tried(browser, "classify", "[[5.9, 3, 5.1, 1.8]]") == ("200", "[2]")
        status, problem = tried(browser, "classify", "[[5.9, 3], [5.1]]")
        assert status == "400"
        assert "row1" in problem


def test_the_page_needs_nothing_from_elsewhere(browser: webdriver.Chrome, iris: Server) -> None:
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(iris.url + "/docs")
    found(browser, "#page .opblock")
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    fetched = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert any("/docs.json" in address for address in fetched)
    assert all(address.startswith((iris.url + "/docs", "data:")) for address in fetched), fetched


def test_who_takes_no_gzip_gets_the_page_unpacked(iris: Server) -> None:
    answer = call(iris.url, "/docs")
    assert answer.status == 200
    assert answer.body.startswith(b"<!doctype html>")
