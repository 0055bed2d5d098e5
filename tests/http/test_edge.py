"""The edge, on real sockets: heads, deadlines, bodies, hosts, origins, and the end."""

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest

from prises import Server, answer, closed, cut_while_sending, head, hung_up, listening, post
from solli_graphql.db.migrate import migrate
from solli_graphql.http import protocol
from solli_graphql.http.edge import SECURITY, trusted
from solli_graphql.http.protocol import PIPELINED
from solli_graphql.settings import Mode, Settings

ORIGIN = "https://portail.example"
TYPENAME = b'{"query":"{__typename}"}'


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """
    A database of its own, and deadlines of less than a second.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('edge') / 'edge.db'}"
    asyncio.run(migrate(url))
    return Settings(
        mode=Mode.DEMO,
        database_url=url,
        delai_entete=0.5,
        delai_corps=0.5,
        delai_envoi=0.5,
        delai_inactivite=0.5,
        origines=ORIGIN,
        _env_file=None,
    )


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    """
    A real server.
    """
    with listening(settings) as made:
        yield made


class TestHead:
    @pytest.mark.parametrize("excess", [0, 1])
    @pytest.mark.parametrize("cut", [0, 9000])
    def test_has_16_kib(self, server: Server, excess: int, cut: int) -> None:
        """
        A head of 16 KiB is read, in one piece or two; one byte more is 431 with LIMITE_DEPASSEE.
        """
        whole = head(size=16 * 1024 + excess)
        assert len(whole) == 16 * 1024 + excess
        reply = server.ask(whole[:cut], whole[cut:])
        assert (reply.status, reply.code) == ((431, "LIMITE_DEPASSEE") if excess else (200, None))

    @pytest.mark.parametrize("excess", [0, 1])
    def test_has_100_headers(self, server: Server, excess: int) -> None:
        """
        100 headers are read; 101 are 431.
        """
        reply = server.ask(head(*[b"X-%d: x" % n for n in range(99 + excess)]))
        assert reply.status == (431 if excess else 200)

    @pytest.mark.parametrize("piece", [b"x" * 65536, b"X: x\r\n" * 10_000])
    def test_is_cut_while_it_comes(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, piece: bytes
    ) -> None:
        """
        A head that never ends is refused, and its sender cut, whether one header or many.
        """
        monkeypatch.setattr(protocol, "LINGER", 0.1)
        with server.connect() as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + piece)
            assert answer(s).status == 431
            assert cut_while_sending(s, piece)

    def test_of_a_body_in_pieces_has_no_long_trailers(self, server: Server) -> None:
        """
        Trailers longer than a head are refused, and none of the body's answer is mixed with it.
        """
        start = head(
            b"Content-Type: application/json",
            b"Transfer-Encoding: chunked",
            start=b"POST /graphql HTTP/1.1\r\n",
        )
        reply = server.ask(start, b"1\r\n{\r\n0\r\nX: ", b"x" * 300_000)
        assert reply.status == 431

    @pytest.mark.parametrize(
        "lines", [b"", b"Host: a\r\nHost: a\r\n", b"Host: localhost\r\nHost: localhost\r\n"]
    )
    def test_has_one_host(self, server: Server, lines: bytes) -> None:
        """
        No Host, or two of them, is 400, even where any host is admitted.
        """
        reply = server.ask(b"GET /vivant HTTP/1.1\r\n" + lines + b"\r\n")
        assert (reply.status, reply.code) == (400, "BAD_USER_INPUT")

    @pytest.mark.parametrize(
        "text",
        [
            b"\x00\x01\x02\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            head(b"Content-Length: 1", b"Transfer-Encoding: chunked"),
            b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ],
    )
    def test_that_is_no_http_is_400(self, server: Server, text: bytes) -> None:
        """
        What is no HTTP is 400 with BAD_USER_INPUT, as JSON, and nothing of it is logged.
        """
        reply = server.ask(text)
        assert (reply.status, reply.code) == (400, "BAD_USER_INPUT")

    def test_too_many_at_once(self, server: Server) -> None:
        """
        So many requests sent at once are answered in order; far more end the connection.
        """
        with server.connect() as s:
            s.sendall(head() * PIPELINED + head(b"Connection: close"))
            assert closed(s).count(b"200 OK") == PIPELINED + 1
        with server.connect() as s:
            s.sendall(head() * (PIPELINED + 2))
            assert b"200 OK" not in closed(s)


class TestDeadlines:
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"", b""),
            (b"\r\n", b""),
            (b"GET /viv", b"408"),
            (b"GET /vivant HTTP/1.1\r\nHost: localhost\r\n", b"408"),
            (post(b"", length=100), b"408"),
            (post(b'{"query', length=100), b"408"),
            (head() + b"GET /viv", b"200"),
            (head() + b"\r\n", b"200"),
            (head(), b"200"),
        ],
        ids="silent|blank|line|head|no body|body|second head|blank after|idle".split("|"),
    )
    def test_a_slow_sender_is_cut(self, server: Server, sent: bytes, status: bytes) -> None:
        """
        Who does not send a whole request in time is told 408 and cut; an idle one is cut.
        """
        with server.connect() as s:
            s.sendall(sent)
            got = closed(s)
        assert got[9:12] == status
        if status == b"408":
            assert b"LIMITE_DEPASSEE" in got

    def test_a_drip_is_no_excuse(self, server: Server) -> None:
        """
        A head that comes byte by byte is cut too.
        """
        with server.connect() as s:
            s.settimeout(0.05)
            got = b""
            s.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(200):
                try:
                    s.sendall(b"X")
                    got = s.recv(1000)
                    break
                except TimeoutError:
                    continue
        assert b" 408 " in got

    def test_a_slow_reader_is_cut(self, server: Server) -> None:
        """
        Who asks for much and reads nothing is cut.
        """
        one = head(start=b"GET /schema.graphql HTTP/1.1\r\n")
        with server.connect(small=True) as s:
            s.sendall(one * PIPELINED)
            assert hung_up(s)

    def test_a_whole_request_has_its_time(self, server: Server) -> None:
        """
        Requests follow one another on a connection, in as many pieces as one likes.
        """
        with server.connect() as s:
            for _ in range(3):
                text = post(TYPENAME)
                for cut in (10, 60, len(text) - 3):
                    s.sendall(text[:cut])
                    s.sendall(text[cut:])
                    assert answer(s).status == 200


class TestAnswers:
    @pytest.mark.parametrize("last", [b"Connection: close", b"HTTP/1.0"])
    def test_say_that_the_connection_ends(self, server: Server, last: bytes) -> None:
        """
        Who wants no other answer gets a whole one, told to be the last, and the connection closes.
        """
        old = last == b"HTTP/1.0"
        text = post(TYPENAME).replace(b"HTTP/1.1", last) if old else post(TYPENAME, last)
        with server.connect() as s:
            s.sendall(text)
            reply = answer(s)
            assert (reply.status, reply.headers["connection"]) == (200, "close")
            assert (json.loads(reply.body)["data"], closed(s)) == ({"__typename": "Query"}, b"")

    def test_go_out_whole_at_once(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Head and body are one write; a body that was not asked for, or in parts, is uvicorn's.
        """
        whole: list[bytes] = []
        make = protocol.Cycle._whole

        def noted(cycle: protocol.Cycle, *messages: object) -> bytes:
            whole.append(make(cycle, *messages))
            return whole[-1]

        monkeypatch.setattr(protocol.Cycle, "_whole", noted)
        reply = server.ask(post(TYPENAME))
        assert reply.body
        assert whole[0].endswith(reply.body)
        server.ask(head(start=b"HEAD /vivant HTTP/1.1\r\n"))
        assert whole[1:] == [b""]


class TestBody:
    def test_is_refused_on_its_word(self, server: Server) -> None:
        """
        A Content-Length over the limit is 413 before the body comes; at the limit it is awaited.
        """
        reply = server.ask(post(b"", length=256 * 1024 + 1))
        assert (reply.status, reply.code) == (413, "LIMITE_DEPASSEE")
        assert server.ask(post(TYPENAME.ljust(256 * 1024))).status == 200

    def test_is_cut_while_it_comes(self, server: Server) -> None:
        """
        A client that sends far too much, whole, can read its 413.
        """
        assert server.ask(post(b" " * (8 << 20))).status == 413

    def test_that_was_not_read_leaves_the_connection(self, server: Server) -> None:
        """
        An answer given before the body came does not spoil the next request.
        """
        with server.connect() as s:
            start = head(b"Content-Length: 5", start=b"PUT /graphql HTTP/1.1\r\n")
            s.sendall(start)
            assert answer(s).status == 405
            s.sendall(b"12345" + head())
            assert answer(s).status == 200

    @pytest.mark.parametrize("coding", [b"gzip", b"br", b"deflate, gzip"])
    def test_compressed_is_415(self, server: Server, coding: bytes) -> None:
        """
        A compressed body is 415; identity is none.
        """
        assert server.ask(post(TYPENAME, b"Content-Encoding: " + coding)).status == 415
        assert server.ask(post(TYPENAME, b"Content-Encoding: identity")).status == 200

    @pytest.mark.parametrize("excess", [0, 1])
    @pytest.mark.parametrize("part", [b"[%s]", b'{"b":%s}'])
    def test_has_32_levels(self, server: Server, part: bytes, excess: int) -> None:
        """
        JSON of 32 levels is read; one more is 400 with LIMITE_DEPASSEE.
        """
        deep = b"1"
        for _ in range(30 + excess):
            deep = part % deep
        reply = server.ask(post(TYPENAME[:-1] + b',"variables":{"a":%s}}' % deep))
        expected = (400, "LIMITE_DEPASSEE") if excess else (200, None)
        assert (reply.status, reply.code) == expected

    def test_brackets_in_a_text_are_no_levels(self, server: Server) -> None:
        """
        Brackets inside a document count for nothing.
        """
        body = b'{"query":"{__typename} # %s"}' % (b"[{" * 100)
        assert server.ask(post(body)).status == 200


class TestHosts:
    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:80"])
    def test_of_this_machine_are_admitted(self, server: Server, host: str) -> None:
        """
        By default the names of this machine are admitted, with any port.
        """
        text = f"GET /schema.graphql HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert server.ask(text.encode()).status == 200

    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "a@localhost"])
    def test_others_are_400(self, server: Server, host: str) -> None:
        """
        Another host is 400; the probes' pages answer to any.
        """
        text = f" HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        assert server.ask(b"GET /schema.graphql" + text).status == 400
        assert server.ask(b"GET /vivant" + text).status == 200

    @pytest.mark.parametrize(
        ("name", "host", "expected"),
        [
            ("*.a.example", "b.a.example:443", True),
            ("*.a.example", "a.example", False),
            ("*.a.example", "c.b.a.example", False),
            ("*", "anything", True),
            ("a.example", "b.example", False),
        ],
    )
    def test_wildcards(self, name: str, host: str, expected: object) -> None:
        """
        `*.name` stands for one label.
        """
        assert trusted(frozenset({name}), host.encode()) is expected

    @pytest.mark.parametrize(
        ("mode", "names", "valid"),
        [
            (Mode.DEMO, "*", True),
            (Mode.PRODUCTION, "*", False),
            (Mode.PRODUCTION, "", False),
            (Mode.PRODUCTION, "a.example, *.b.example,[::1]", True),
            (Mode.PRODUCTION, "https://a.example", False),
            (Mode.DEMO, "a.example:80", False),
        ],
    )
    def test_settings(self, mode: Mode, names: str, valid: object) -> None:
        """
        Names are admitted, without a scheme or a port; every host in a demonstration only.
        """
        try:
            Settings(mode=mode, hotes=names, _env_file=None)
        except ValueError:
            assert valid is False
        else:
            assert valid is True


class TestOrigins:
    def preflight(self, server: Server, origin: str) -> dict[str, str]:
        """
        Ask as a browser does before it posts.
        """
        text = head(
            f"Origin: {origin}".encode(),
            b"Access-Control-Request-Method: POST",
            b"Access-Control-Request-Headers: authorization,content-type,idempotency-key",
            start=b"OPTIONS /graphql HTTP/1.1\r\n",
        )
        reply = server.ask(text)
        return {**reply.headers, "status": str(reply.status)}

    def test_an_origin_that_is_set_may_call(self, server: Server) -> None:
        """
        A preflight of a known origin is answered; of another one it is refused.
        """
        good = self.preflight(server, ORIGIN)
        assert (good["status"], good["access-control-allow-origin"]) == ("200", ORIGIN)
        assert "access-control-allow-credentials" not in good
        for other in ("https://evil.example", f"{ORIGIN}.evil.example", "null"):
            bad = self.preflight(server, other)
            assert bad["status"] == "400"
            assert "access-control-allow-origin" not in bad

    def test_none_may_by_default(self, settings: Settings) -> None:
        """
        Without the setting no origin is named, to anybody.
        """
        with listening(settings.model_copy(update={"origines": ""})) as server:
            reply = self.preflight(server, ORIGIN)
        assert reply["status"] == "405"
        assert not [name for name in reply if name.startswith("access-control")]

    @pytest.mark.parametrize("origins", ["*", "portail.example", "https://a.example/", "null"])
    def test_settings(self, origins: str) -> None:
        """
        An origin is a scheme and a host; never all of them.
        """
        with pytest.raises(ValueError, match="origines"):
            Settings(origines=origins, _env_file=None)


class TestHeaders:
    @pytest.mark.parametrize(
        "text",
        [
            post(TYPENAME),
            post(b"{"),
            head(),
            head(start=b"GET /inconnu HTTP/1.1\r\n"),
            head(start=b"GET /pret HTTP/1.1\r\n"),
            b"GET /vivant HTTP/1.1\r\n\r\n",
            b"\x00\r\n\r\n",
            head(size=20_000),
            post(b"", length=10),
        ],
    )
    def test_are_on_every_answer(self, server: Server, text: bytes) -> None:
        """
        Every answer, a refusal too, carries the security headers once and forbids its storage.
        """
        headers = server.ask(text).headers
        assert {n: headers[n] for n in headers if (n.encode(), headers[n].encode()) in SECURITY}
        for name, value in SECURITY:
            assert headers[name.decode()] == value.decode()

    def test_of_the_page_are_its_own(self, server: Server) -> None:
        """
        The GraphiQL page may load its scripts, and nobody may frame it.
        """
        reply = server.ask(head(start=b"GET / HTTP/1.1\r\n"))
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "frame-ancestors 'none'" in policy


class TestEnd:
    def test_stalled_clients_do_not_hold_it(self, settings: Settings) -> None:
        """
        A server that must stop cuts whoever has not sent a whole request, and says so to some.
        """
        long = {f"delai_{n}": 60 for n in ("entete", "corps", "envoi", "inactivite")}
        server = Server(settings.model_copy(update=long))
        halves = (b"", b"GET /viv", post(b"", length=9), post(b"{", length=9), head())
        stalled = [server.connect() for _ in halves]
        reader = server.connect(small=True)
        reader.sendall(head(start=b"GET /schema.graphql HTTP/1.1\r\n") * 60)
        for s, half in zip(stalled, halves, strict=True):
            s.sendall(half)
        assert answer(stalled[-1]).status == 200  # the others have been read by now
        assert server.stop()
        said = [closed(s) for s in stalled]
        assert [text[9:12] for text in said] == [b"", b"", b"503", b"503", b""]
        assert b"OCCUPE" in said[2]
        for s in (*stalled, reader):
            s.close()

    def test_a_client_that_leaves_is_forgotten(self, server: Server) -> None:
        """
        Clients that go in the middle of anything leave the server well.
        """
        for text in (b"", b"GET", post(b"{", length=9), head() * 9):
            s = server.connect()
            s.sendall(text)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            s.close()
        assert server.ask(head()).status == 200
