"""The mark: how little a correct launch can cost on the same Flask, SQLAlchemy and server as ours.

It makes the same three requests (login, launch, page) with the same proof, stores as durably, and does nothing else: no
translations, no layout, no log, no content, and one platform, from its settings. So ``make bench`` can print what the
product costs beyond it, as a ratio of the same minutes on the same machine.

Settings, all beginning with MARK_: DATABASE_URL, ISSUER, CLIENT_ID, DEPLOYMENT_ID, AUTHORIZATION_ENDPOINT, JWKS_URI.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
import time
import urllib.request
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask, abort, redirect, render_template, request
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from lti_tool.kernel.database import Database

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
LIFETIME = 600
KEY = b"the key of the mark"

metadata = MetaData()
used = Table("mark_used", metadata, Column("state", String(64), primary_key=True), Column("at", Float))
person = Table(
    "mark_person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(255), unique=True),
    Column("name", String(255)),
)
course = Table(
    "mark_course",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("context_id", String(255), unique=True),
    Column("title", String(255)),
)
member = Table(
    "mark_member",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey(person.c.id)),
    Column("course_id", ForeignKey(course.c.id)),
    Column("role", String(20)),
    UniqueConstraint("person_id", "course_id"),
)
_joined = member.join(person).join(course)
FIND = (
    select(member.c.id, member.c.role, person.c.name, course.c.title)
    .select_from(_joined)
    .where(person.c.subject == bindparam("subject"), course.c.context_id == bindparam("context_id"))
)
SHOW = (
    select(person.c.name, course.c.title, member.c.role)
    .select_from(_joined)
    .where(member.c.id == bindparam("member_id"))
)
USE = insert(used)


def create_mark() -> Flask:
    """Build the application; what it needs comes from the environment."""
    app = Flask("mark")
    app.secret_key = KEY
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="None")
    settings = {name: os.environ[f"MARK_{name}"] for name in ("ISSUER", "CLIENT_ID", "DEPLOYMENT_ID")}
    database = Database(os.environ["MARK_DATABASE_URL"])
    keys = _Keys()
    page = app.jinja_env.from_string(
        '<!doctype html><html lang="en"><title>{{ course }}</title><h1>{{ course }}</h1><p>{{ name }}, {{ role }}</p>'
    )

    @app.post("/lti/login")
    def log_in() -> ResponseReturnValue:
        given = request.form
        if (given["iss"], given.get("client_id", settings["CLIENT_ID"])) != (settings["ISSUER"], settings["CLIENT_ID"]):
            abort(404)
        state = f"{int(time.time())}.{secrets.token_urlsafe(24)}"
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": settings["CLIENT_ID"],
            "redirect_uri": request.host_url + "lti/launch",
            "login_hint": given["login_hint"],
            "lti_message_hint": given.get("lti_message_hint", ""),
            "state": state,
            "nonce": _mac("nonce", state),
        }
        response = redirect(f"{os.environ['MARK_AUTHORIZATION_ENDPOINT']}?{urlencode(query)}")
        response.set_cookie("mark-login", _mac("browser", state), secure=True, httponly=True, samesite="None")
        return response

    @app.post("/lti/launch")
    def launch() -> ResponseReturnValue:
        state = request.form["state"]
        if not hmac.compare_digest(request.cookies.get("mark-login", ""), _mac("browser", state)):
            abort(403)
        if int(state.partition(".")[0]) + LIFETIME < time.time():
            abort(401)
        claims = _open(request.form["id_token"], keys)
        _check(claims, settings, nonce=_mac("nonce", state))
        with database.connection(writes=True) as connection:
            try:
                connection.execute(USE, {"state": state, "at": time.time()})
            except IntegrityError:
                abort(403)
            member_id = _record(connection, claims)
            connection.commit()
        response = redirect("/", 303)
        response.set_cookie("mark-visit", f"{member_id}.{_mac('visit', str(member_id))}", secure=True, httponly=True)
        return response

    @app.get("/")
    def show_home() -> ResponseReturnValue:
        member_id, _, mac = request.cookies["mark-visit"].partition(".")
        if not hmac.compare_digest(mac, _mac("visit", member_id)):
            abort(401)
        with database.connection(writes=False) as connection:
            name, title, role = connection.execute(SHOW, {"member_id": int(member_id)}).one()
        return render_template(page, name=name, course=title, role=role)

    metadata.create_all(database.engine)
    database.engine.dispose()
    return app


class _Keys(dict[str, "RSAPublicKey"]):
    """The platform's keys, fetched once and kept parsed."""

    def find(self, key_id: str) -> RSAPublicKey:
        if not self:
            address = os.environ["MARK_JWKS_URI"]
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (the benchmark's own)
                found = json.load(answer)["keys"]
            self.update({key["kid"]: cast("RSAPublicKey", RSAAlgorithm.from_jwk(key)) for key in found})
        if key_id not in self:
            abort(403)
        return self[key_id]


def _mac(purpose: str, text: str) -> str:
    return hmac.digest(KEY, f"{purpose} {text}".encode(), "sha256").hex()


def _decode(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def _open(token: str, keys: _Keys) -> dict[str, Any]:
    head, payload, signature = token.split(".")
    header = json.loads(_decode(head))
    if header["alg"] != "RS256":
        abort(403)
    try:
        keys.find(header["kid"]).verify(_decode(signature), f"{head}.{payload}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        abort(403)
    claims: dict[str, Any] = json.loads(_decode(payload))
    return claims


def _check(claims: dict[str, Any], settings: dict[str, str], *, nonce: str) -> None:
    now = time.time()
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if (
        claims["iss"] != settings["ISSUER"]
        or settings["CLIENT_ID"] not in audience
        or not claims["iat"] - 60 <= now <= claims["exp"] + 60
        or not hmac.compare_digest(claims["nonce"], nonce)
        or claims[CLAIM + "version"] != "1.3.0"
        or claims[CLAIM + "message_type"] != "LtiResourceLinkRequest"
        or claims[CLAIM + "deployment_id"] != settings["DEPLOYMENT_ID"]
    ):
        abort(403)


def _record(connection: Connection, claims: dict[str, Any]) -> int:
    """Store the person, the course and the membership, where the launch says something new."""
    context = claims[CLAIM + "context"]
    role = "instructor" if any(one.endswith("#Instructor") for one in claims[CLAIM + "roles"]) else "learner"
    key = {"subject": claims["sub"], "context_id": context["id"]}
    row = connection.execute(FIND, key).one_or_none()
    if row is not None and tuple(row[1:]) == (role, claims["name"], context["title"]):
        return int(row.id)

    def keep(table: Table, found_by: tuple[str, ...], values: dict[str, Any]) -> int:
        columns = [table.c[name] for name in found_by]
        where = [column == values[column.name] for column in columns]
        known = connection.execute(select(table.c.id).where(*where)).scalar()
        if known is None:
            try:
                with connection.begin_nested():
                    return int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
            except IntegrityError:  # somebody else of the same course came in at the same moment
                known = connection.execute(select(table.c.id).where(*where)).scalar_one()
        connection.execute(table.update().where(table.c.id == known).values(values))
        return int(known)

    return keep(
        member,
        ("person_id", "course_id"),
        {
            "person_id": keep(person, ("subject",), {"subject": claims["sub"], "name": claims["name"]}),
            "course_id": keep(course, ("context_id",), {"context_id": context["id"], "title": context["title"]}),
            "role": role,
        },
    )
