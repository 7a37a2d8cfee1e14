"""``lti register``: connecting a platform by hand, and the keys of the tool itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import select

from lti_tool.lti.models import Deployment, ToolKey
from lti_tool.lti.registrations import RegistrationError, register_platform
from tests.demo_lms.platform import Platform
from tests.demo_lms.signing import named_key, public_jwk
from tests.door import Door
from tests.police import BASE_URL, PolicingClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.conftest import PlatformKeyServer
    from tests.front_door.witness import Witness

GOOD = {
    "name": "Hogeschool Voorbeeld",
    "issuer": "https://lms.example",
    "client-id": "tool-1",
    "authorization-endpoint": "https://lms.example/authorize",
    "token-endpoint": "https://lms.example/token",
    "jwks-uri": "https://lms.example/jwks.json",
    "deployment-id": "1",
}
RSA_KEY = bytes.fromhex("2a864886f70d010101")
"""The object identifier that every RSA private key in PKCS 8 begins with (RFC 5208)."""


@pytest.fixture
def register(app: Flask) -> Callable[..., Result]:
    """Run the command; what is given replaces a good value, and a list gives an option more than once."""

    def register(**changes: Any) -> Result:
        given = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
        words = ["lti", "register"]
        for name, values in given.items():
            for value in values if isinstance(values, list) else [values]:
                words += [f"--{name}", value]
        return app.test_cli_runner().invoke(args=words)

    return register


def read_deployments(session: Session) -> list[str]:
    found = list(session.execute(select(Deployment.deployment_id).order_by(Deployment.deployment_id)).scalars())
    session.rollback()
    return found


def test_register_prints_what_the_platform_needs(register: Callable[..., Result]) -> None:
    result = register()

    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert len(answer["registration_id"]) == 26
    assert answer == {
        "registration_id": answer["registration_id"],
        "new": True,
        "login_url": f"{BASE_URL}/lti/login/{answer['registration_id']}",
        "launch_url": f"{BASE_URL}/lti/launch",
        "jwks_url": f"{BASE_URL}/lti/jwks.json",
    }


def test_registered_platform_can_launch(
    app: Flask, clock: FrozenClock, key_server: PlatformKeyServer, content: Any, register: Callable[..., Result]
) -> None:
    del content
    answer = json.loads(register().stdout)
    platform = Platform("https://lms.example", "tool-1", "1", key=named_key("platform"))
    key_server.serve(platform)
    client = app.test_client()
    assert isinstance(client, PolicingClient)

    door = Door(client, platform, clock, answer["registration_id"])

    assert door.enter().get().status_code == 200


BAD = [
    ({"name": ""}, "--name"),
    ({"name": "x" * 201}, "--name"),
    ({"name": "a\nb"}, "--name"),
    ({"name": "a\udcffb"}, "--name"),
    ({"issuer": "lms.example"}, "--issuer"),
    ({"issuer": "http://lms.example"}, "--issuer"),
    ({"issuer": "http://localhost:8080"}, "--issuer"),
    ({"issuer": f"https://lms.example/{'x' * 500}"}, "--issuer"),
    ({"issuer": f"https://{'x' * 254}"}, "--issuer"),
    ({"client_id": " "}, "--client-id"),
    ({"client_id": "x" * 256}, "--client-id"),
    ({"authorization_endpoint": "javascript:alert(1)"}, "--authorization-endpoint"),
    ({"authorization_endpoint": "https://user:pw@lms.example/"}, "--authorization-endpoint"),
    ({"authorization_endpoint": "https://lms.example/#fragment"}, "--authorization-endpoint"),
    ({"authorization_endpoint": "https://lms.example;script-src */"}, "--authorization-endpoint"),
    ({"token_endpoint": "https://"}, "--token-endpoint"),
    ({"token_endpoint": "https://lms.example:port/"}, "--token-endpoint"),
    ({"jwks_uri": "file:///etc/passwd"}, "--jwks-uri"),
    ({"jwks_uri": "https://["}, "--jwks-uri"),
    ({"jwks_uri": "http://127.0.0.1/jwks.json"}, "--jwks-uri"),
    ({"deployment_id": ""}, "--deployment-id"),
    ({"deployment_id": ["1", "x" * 256]}, "--deployment-id"),
]


@pytest.mark.parametrize(
    ("changes", "option"), BAD, ids=[f"{option}-{number}" for number, (_, option) in enumerate(BAD)]
)
def test_bad_value_is_named_in_one_line_and_nothing_is_written(
    register: Callable[..., Result], witness: Witness, changes: dict[str, Any], option: str
) -> None:
    witness.remember()

    result = register(**changes)

    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {option} ")
    assert line.endswith(".")
    witness.assert_nothing_written()


def test_registering_again_adds_a_deployment(register: Callable[..., Result], session: Session) -> None:
    first = json.loads(register().stdout)

    second = json.loads(register(deployment_id="2").stdout)

    assert second == {**first, "new": False}
    assert read_deployments(session) == ["1", "2"]


def test_registering_the_same_again_changes_nothing(register: Callable[..., Result], witness: Witness) -> None:
    register()
    witness.remember()

    assert register().exit_code == 0

    witness.assert_nothing_written()


def test_two_deployments_are_registered_at_once(register: Callable[..., Result], session: Session) -> None:
    assert register(deployment_id=["1", "2", "1"]).exit_code == 0

    assert read_deployments(session) == ["1", "2"]


@pytest.mark.parametrize("option", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_registering_again_with_another_address_changes_nothing(
    register: Callable[..., Result], witness: Witness, option: str
) -> None:
    register()
    witness.remember()

    result = register(**{option: "https://elsewhere.example/", "deployment_id": "2"})

    assert result.exit_code == 1
    assert f"--{option.replace('_', '-')}" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    witness.assert_nothing_written()


def test_one_issuer_may_have_several_clients(register: Callable[..., Result]) -> None:
    first, second = (json.loads(register(client_id=client).stdout) for client in ("tool-1", "tool-2"))

    assert (first["new"], second["new"]) == (True, True)
    assert first["registration_id"] != second["registration_id"]


def test_missing_option_is_named(app: Flask, witness: Witness) -> None:
    witness.remember()

    result = app.test_cli_runner().invoke(args=["lti", "register", "--name", "x"])

    assert result.exit_code != 0
    assert "--issuer" in result.stderr
    witness.assert_nothing_written()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("allowed", [True, False])
def test_platform_on_this_computer_needs_permission(
    session: Session, clock: FrozenClock, host: str, *, allowed: bool
) -> None:
    base = f"http://{host}:5001"
    given = {
        "name": "Demo",
        "issuer": base,
        "client_id": "x",
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "jwks_uri": f"{base}/jwks.json",
        "deployment_ids": ["1"],
    }

    if allowed:
        assert register_platform(session, given, clock=clock, allow_loopback=True)[1]
    else:
        with pytest.raises(RegistrationError, match="ALLOW_LOOPBACK"):
            register_platform(session, given, clock=clock, allow_loopback=False)


# The tool's own keys.


def read_key_set(app: Flask) -> list[dict[str, str]]:
    response = app.test_client().get("/lti/jwks.json")
    assert response.status_code == 200
    keys: list[dict[str, str]] = response.get_json()["keys"]
    return keys


def test_key_set_is_empty_before_the_first_registration(app: Flask) -> None:
    assert read_key_set(app) == []


def test_keys_are_made_once(app: Flask, register: Callable[..., Result]) -> None:
    register()
    first = read_key_set(app)

    register(client_id="tool-2")

    assert len(first) == 2, "one that signs, and the one after it"
    assert read_key_set(app) == first


def test_refused_registration_makes_no_keys(app: Flask, register: Callable[..., Result]) -> None:
    register(issuer="lms.example")

    assert read_key_set(app) == []


def open_private_key(tools: Instruments, row: ToolKey) -> RSAPrivateKey:
    plain = tools.key_ring.decrypt("tool keys", row.private_key, bound_to=f"lti_tool_key.private_key:{row.id}")
    key = load_der_private_key(plain, password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def test_key_set_shows_the_public_half_under_its_thumbprint(
    app: Flask, tools: Instruments, session: Session, register: Callable[..., Result]
) -> None:
    register()

    shown = read_key_set(app)

    private = [open_private_key(tools, row) for row in session.execute(select(ToolKey)).scalars()]
    assert {key.key_size for key in private} == {2048}
    # The demo platform has a thumbprint (RFC 7638) of its own making.
    assert {key["kid"]: key for key in shown} == {jwk["kid"]: jwk for jwk in map(public_jwk, private)}


def test_key_set_shows_nothing_private(app: Flask, register: Callable[..., Result]) -> None:
    register()

    assert all(key.keys() == {"kty", "n", "e", "kid", "alg", "use"} for key in read_key_set(app))


def test_key_set_may_be_kept_for_ten_minutes(app: Flask, register: Callable[..., Result]) -> None:
    register()

    assert app.test_client().get("/lti/jwks.json").headers["Cache-Control"] == "public, max-age=600"


def test_private_key_is_encrypted_at_rest(
    tools: Instruments, session: Session, register: Callable[..., Result]
) -> None:
    register()

    row = session.execute(select(ToolKey).order_by(ToolKey.id).limit(1)).scalar_one()

    sealed = row.private_key
    assert RSA_KEY not in sealed
    assert b"PRIVATE KEY" not in sealed
    secret = open_private_key(tools, row).private_numbers()
    for number in (secret.d, secret.p, secret.q):
        assert number.to_bytes((number.bit_length() + 7) // 8, "big") not in sealed
    assert "private" not in row.public_jwk


def test_dump_of_the_database_holds_no_private_key(
    tools: Instruments, session: Session, register: Callable[..., Result]
) -> None:
    register()
    everything = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in ToolKey.metadata.sorted_tables
        for row in session.execute(select(table))
        for value in row
    )

    assert RSA_KEY not in everything
    assert b"BEGIN" not in everything
    # The search would find one.
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    plain = open_private_key(tools, session.execute(select(ToolKey).limit(1)).scalar_one()).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    assert RSA_KEY in plain
