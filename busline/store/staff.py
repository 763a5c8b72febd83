"""Staff: accounts, roles, and sessions that can be ended. A name and password in, a person or a refusal out.

Time here is the real time, never a district's faster clock: a replay must not sign people out.
"""

import asyncio
import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from busline.storable import storable
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

_SQL = load_queries(__file__)

IDLE = timedelta(minutes=30)
"""A session unused for this long is over (ASVS 7.3.1; a board in view asks every few seconds and stays)."""
ABSOLUTE = timedelta(hours=12)
"""And so is one of this age, used or not: a shift (ASVS 7.3.2)."""
_TOUCH_EVERY = timedelta(seconds=60)
_GUESSING_WINDOW = timedelta(minutes=15)
_KNOWN_FOR = timedelta(days=30)
MAX_TRIES_PER_USER = 10
MAX_TRIES_PER_ADDRESS = 50
"""Failures in 15 minutes: a school's whole office may share one address."""
SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 256
_HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment: a burst of sign-ins queues here instead of starving the hotline."""


class Role(StrEnum):
    """What staff may do; each includes the ones before it."""

    VIEWER = "viewer"
    CALL_TAKER = "call_taker"
    DISPATCHER = "dispatcher"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the staff, signed in."""

    user_id: int
    username: str
    role: Role


@dataclass(frozen=True, slots=True)
class Account:
    """A staff account, as the administrator sees it."""

    username: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` goes into the browser's cookie and nowhere else."""

    member: Member
    token: str


class Refused(StrEnum):
    """Why nobody was signed in. A wrong name and a wrong password are one reason."""

    WRONG = "wrong"
    TOO_MANY_TRIES = "too_many_tries"


class AccountError(ValueError):
    """An account cannot be made or changed as asked; the message says why and what to do."""


class Staff:
    """The staff of one installation. Safe to use from many requests at once."""

    def __init__(self, pool: Pool, hasher: PasswordHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._nobodys_hash: str | None = None

    async def add(self, username: str, password: str, role: Role, now: datetime) -> None:
        """Raises `AccountError` for a name that is taken or malformed, or a password that is too short."""
        name = _username(username)
        password_hash = await self._hash(_acceptable(password))
        if await self._pool.fetchval(_SQL["add_user"], name, password_hash, role, now) is None:
            raise AccountError(f"There is an account named {name} already. Choose another name, or set its password.")

    async def set_password(self, username: str, password: str, now: datetime) -> None:
        """Ends every session of the account."""
        password_hash = await self._hash(_acceptable(password))
        if not await self._pool.fetchval(_SQL["set_password"], username.lower(), password_hash, now):
            raise _no_such(username)

    async def set_role(self, username: str, role: Role) -> None:
        if await self._pool.execute(_SQL["set_role"], username.lower(), role) == "UPDATE 0":
            raise _no_such(username)

    async def disable(self, username: str, now: datetime) -> None:
        """Closes the account and ends every session of it."""
        if not await self._pool.fetchval(_SQL["disable"], username.lower(), now):
            raise _no_such(username)

    async def accounts(self) -> list[Account]:
        return [
            Account(row["username"], Role(row["role"]), row["created_at"], row["disabled_at"], row["last_seen_at"])
            for row in await self._pool.fetch(_SQL["users"])
        ]

    async def sign_in(
        self, username: str, password: str, *, address: str, agent: str, now: datetime
    ) -> SignedIn | Refused:
        """Checks a password after the same work whether the name exists or not, and opens a session.

        Guessing is limited per name and per address. A name's limit does not hold where that name has signed in
        from the same address before: else a stranger could lock the dispatcher out by guessing badly.
        """
        address, agent = storable(address), storable(agent)
        name = storable(username.strip().lower()[:64])
        # Noted before it is judged, so that a hundred guesses sent at one moment count as a hundred.
        try_id = await self._pool.fetchval(_SQL["note_try"], name, address, now)
        tries = await self._pool.fetchrow(
            _SQL["tries"], name, address, now - _GUESSING_WINDOW, try_id, now - _KNOWN_FOR
        )
        assert tries is not None  # noqa: S101 - an aggregate without GROUP BY always gives a row
        by_user = tries["by_both"] if tries["known_here"] else tries["by_username"]
        if by_user >= MAX_TRIES_PER_USER or tries["by_address"] >= MAX_TRIES_PER_ADDRESS:
            return Refused.TOO_MANY_TRIES
        row = await self._pool.fetchrow(_SQL["user_for_sign_in"], name)
        nobodys_hash = await self._hash_of_nobody()
        # An unknown name costs what a known one does.
        matches = await self._matches(row["password_hash"] if row else nobodys_hash, password)
        if row is None or not matches:
            return Refused.WRONG
        member = Member(row["user_id"], row["username"], Role(row["role"]))
        if self._hasher.check_needs_rehash(row["password_hash"]):
            await self._pool.execute(_SQL["rehash"], member.user_id, row["password_hash"], await self._hash(password))
        token = secrets.token_urlsafe(32)
        async with transaction(self._pool) as connection:
            await connection.execute(_SQL["try_succeeded"], try_id)
            await connection.execute(
                _SQL["open_session"], _fingerprint(token), member.user_id, now, now + ABSOLUTE, address, agent[:200]
            )
        return SignedIn(member, token)

    async def session(self, token: str, now: datetime) -> Member | None:
        """Who holds this token, while the session lasts. Counts as use."""
        fingerprint = _fingerprint(token)
        row = await self._pool.fetchrow(_SQL["session"], fingerprint, now, now - IDLE)
        if row is None:
            return None
        if now - row["last_seen_at"] > _TOUCH_EVERY:
            await self._pool.execute(_SQL["touch_session"], fingerprint, now)
        return Member(row["user_id"], row["username"], Role(row["role"]))

    async def sign_out(self, token: str, now: datetime) -> None:
        await self._pool.execute(_SQL["end_session"], _fingerprint(token), now)

    async def forget_old(self, now: datetime) -> None:
        """Deletes sessions and tries that no longer matter to anything."""
        await self._pool.execute(_SQL["forget_sessions"], now - timedelta(days=30))
        await self._pool.execute(_SQL["forget_tries"], now - _KNOWN_FOR)

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def _hash_of_nobody(self) -> str:
        if self._nobodys_hash is None:
            self._nobodys_hash = await self._hash(secrets.token_urlsafe(16))
        return self._nobodys_hash

    async def _matches(self, password_hash: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(
                    self._hasher.verify, password_hash, _normal(password)[:_LONGEST_PASSWORD]
                )
            except (VerificationError, InvalidHashError):
                return False


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _normal(password: str) -> str:
    """The same password typed on another keyboard may arrive in another Unicode form."""
    return unicodedata.normalize("NFKC", password)


def _username(username: str) -> str:
    name = username.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@+-]{0,63}", name):
        raise AccountError(
            "A user name has 1 to 64 letters a to z, digits or . _ @ + -, and begins with a letter or digit."
        )
    return name


def _acceptable(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(_normal(password)) <= _LONGEST_PASSWORD:
        raise AccountError(
            f"A password has {SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters; this one has {len(password)}. "
            "A few words in a row make a good one."
        )
    return password


def _no_such(username: str) -> AccountError:
    return AccountError(f"There is no account named {username.lower()}. See them with: busline user list")
