from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from tests.support.published import ALLOWED, PARQUET, publish, served

CONTENT = bytes(range(256)) * 1000
FILE = "/files/2025.parquet"
ALIAS = "/datasets/311-data/2025/resolve/main/2025.parquet"
PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "files"
    folder.mkdir()
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "journal.json").write_text("{}")
    publish(folder, 7, CONTENT)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    with served(folder) as running:
        yield running


def manifest(client: httpx.Client) -> dict:
    return orjson.loads(client.get("/files").content)


@pytest.mark.parametrize("path", [FILE, ALIAS])
def test_file_is_sent_whole(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["content-type"] == PARQUET
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-length"] == str(len(CONTENT))
    assert "content-encoding" not in response.headers
    assert response.headers["last-modified"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-65999", 100, 65_999), ("bytes=255000-", 255_000, 255_999),
     ("bytes=-8", 255_992, 255_999), ("bytes=255990-999999999", 255_990, 255_999)],
)  # fmt: skip
def test_range_is_sent(client: httpx.Client, asked: str, first: int, last: int) -> None:
    response = client.get(FILE, headers={"Range": asked})
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert response.content == CONTENT[first : last + 1]


@pytest.mark.parametrize("path", [FILE, ALIAS])
def test_head_with_a_range_is_206_with_length_and_no_body(client: httpx.Client, path: str) -> None:
    response = client.head(path, headers={"Range": "bytes=0-"})
    assert response.status_code == 206
    assert response.headers["content-length"] == str(len(CONTENT))
    assert response.headers["content-range"] == f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert response.content == b""


def test_head_is_200_with_length(client: httpx.Client) -> None:
    response = client.head(FILE)
    assert (response.status_code, response.headers["content-length"]) == (200, str(len(CONTENT)))


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999999-", "bytes=256000-256001"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_range_beyond_the_end_is_416(client: httpx.Client, method: str, asked: str) -> None:
    response = client.request(method, FILE, headers={"Range": asked})
    assert (response.status_code, response.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize("asked", ["items=0-1", "bytes", "bytes=x-y", "bytes=5-2"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_range_that_means_nothing_is_ignored(client: httpx.Client, method: str, asked: str) -> None:
    response = client.request(method, FILE, headers={"Range": asked})
    assert (response.status_code, response.headers["content-length"]) == (200, str(len(CONTENT)))
    assert "content-range" not in response.headers


@pytest.mark.parametrize("asked", ["bytes=0-1,503271-", "bytes=503271-,0-1", "bytes=-0,0-1"])
def test_ranges_beyond_the_end_are_left_out(client: httpx.Client, asked: str) -> None:
    response = client.get(FILE, headers={"Range": asked})
    assert (response.status_code, response.content) == (206, CONTENT[:2])
    assert response.headers["content-range"] == f"bytes 0-1/{len(CONTENT)}"


def test_several_ranges_are_sent_in_parts(client: httpx.Client) -> None:
    response = client.get(FILE, headers={"Range": "bytes=0-1,-2,503271-"})
    assert response.status_code == 206
    assert response.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert response.content.count(b"Content-Range: bytes ") == 2


def test_etag_is_strong_and_of_the_content(client: httpx.Client) -> None:
    digest = manifest(client)["resources"][0]["hash"].removeprefix("sha256:")
    assert client.head(FILE).headers["etag"] == f'"{digest[:32]}"'


def test_if_range_of_other_bytes_gets_the_whole_file(client: httpx.Client) -> None:
    etag = client.head(FILE).headers["etag"]
    same = client.get(FILE, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = client.get(FILE, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, same.content) == (206, CONTENT[:10])
    assert (other.status_code, other.content) == (200, CONTENT)


def test_known_bytes_are_304(client: httpx.Client) -> None:
    etag = client.head(FILE).headers["etag"]
    known = client.get(FILE, headers={"If-None-Match": f'"x", {etag}'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    assert client.get(FILE, headers={"If-None-Match": etag[:-3] + '"'}).status_code == 200


def test_known_date_is_304_unless_there_are_tags(client: httpx.Client) -> None:
    own = client.head(FILE).headers
    known, other = {"If-Modified-Since": own["last-modified"]}, "Thu, 01 Jan 1970 00:00:00 GMT"
    response = client.get(FILE, headers=known)
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", own["etag"])
    assert client.head(FILE, headers=known).status_code == 304
    assert client.get(FILE, headers={"If-Modified-Since": other}).status_code == 200
    assert client.get(FILE, headers=known | {"If-None-Match": '"other"'}).status_code == 200
    tagged = client.get(FILE, headers={"If-Modified-Since": other, "If-None-Match": own["etag"]})
    assert tagged.status_code == 304


def test_tags_may_be_in_several_lines(client: httpx.Client) -> None:
    tags = [("If-None-Match", '"other"'), ("If-None-Match", client.head(FILE).headers["etag"])]
    assert client.get(FILE, headers=tags).status_code == 304


def test_immutable_name_may_be_kept_and_the_lasting_one_is_asked_again(client: httpx.Client) -> None:
    path = manifest(client)["resources"][0]["path"]
    assert client.head(f"/files/{path}").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.head(FILE).headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("origin", ["https://anyone.example", ALLOWED, "null"])
@pytest.mark.parametrize(("asked", "status"), [("bytes=0-9", 206), ("bytes=999999-", 416)])
def test_every_origin_may_read(client: httpx.Client, origin: str, asked: str, status: int) -> None:
    response = client.get(FILE, headers={"Origin": origin, "Range": asked})
    assert response.status_code == status
    assert response.headers.get_list("access-control-allow-origin") == ["*"]
    assert "access-control-allow-credentials" not in response.headers
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"Content-Range", "Accept-Ranges", "Content-Length", "ETag", "Last-Modified"} <= set(exposed)
    assert "vary" not in response.headers


def test_preflight_allows_ranges(client: httpx.Client) -> None:
    asked = {
        "Origin": "https://anyone.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range",
    }
    response = client.options(FILE, headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "GET, HEAD"
    assert response.headers["access-control-allow-headers"] == "Range, If-Range, If-None-Match"


def test_other_routes_keep_their_own_origins(client: httpx.Client) -> None:
    response = client.get("/", headers={"Origin": "https://anyone.example"})
    assert "access-control-allow-origin" not in response.headers


def test_people_get_a_page_and_programs_the_manifest(client: httpx.Client) -> None:
    page, program = client.get("/files", headers={"Accept": PAGE}), client.get("/files")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Generation 7" in page.text
    assert program.headers["content-type"] == "application/json"
    assert program.json()["resources"][0]["latest"] == "2025.parquet"
    assert page.headers["vary"] == program.headers["vary"] == "Accept"
    assert client.get("/files/", follow_redirects=True).json()["generation"] == 7


@pytest.mark.parametrize(
    "path",
    ["/files/../secret.txt", "/files/..%2Fsecret.txt", "/files/%2e%2e/secret.txt", "/files/....//secret.txt",
     "/files//etc/passwd", "/files/%2Fetc%2Fpasswd", "/files/journal.json", "/files/2024.parquet",
     "/files/2025.parquet%00.txt", "/datasets/311-data/2025/resolve/main/..%2F..%2Fsecret.txt",
     "/datasets/311-data/2025/resolve/main/datapackage.json",
     "/datasets/311-data/2024/resolve/main/2025.parquet",
     "/files/..\\secret.txt"],
)  # fmt: skip
def test_nothing_else_can_be_read(client: httpx.Client, path: str) -> None:
    """The path is sent unchanged: a client library would normalize it first."""
    address = (client.base_url.host, client.base_url.port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        response = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert b"secret" not in response.split(b"\r\n\r\n", 1)[1]
    assert response.split()[1] in {b"404", b"307", b"400"}


def test_replaced_file_stays_under_its_own_name(tmp_path: Path) -> None:
    publish(tmp_path, 1, b"first")
    with served(tmp_path) as client:
        former = manifest(client)["resources"][0]
        publish(tmp_path, 2, b"the second", ({key: former[key] for key in ("path", "mediatype", "hash")},))
        assert client.get(FILE).content == b"the second"
        assert client.get(f"/files/{former['path']}").content == b"first"
        assert manifest(client)["generation"] == 2


def test_without_files_nothing_is_found(tmp_path: Path) -> None:
    with served(tmp_path / "absent") as client:
        assert client.get("/files").status_code == client.get(FILE).status_code == 404


def test_files_of_a_bucket_are_redirected_to_it() -> None:
    with served("s3://bucket", files_url="https://files.example/files/") as client:
        found = {
            path: (response.status_code, response.headers["location"])
            for path in ("/files", FILE, ALIAS)
            for response in [client.get(path, headers={"Origin": "https://anyone.example"})]
        }
        page = client.get("/files", headers={"Accept": PAGE})
        assert page.headers["access-control-allow-origin"] == "*"
    expected = {"/files": "datapackage.json", FILE: "2025.parquet", ALIAS: "2025.parquet"}
    assert found == {path: (302, f"https://files.example/files/{name}") for path, name in expected.items()}
    assert page.headers["location"] == "https://files.example/files/index.html"
