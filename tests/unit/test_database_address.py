import pytest

from busline.store.pool import DatabaseAddress

URL = "postgresql://busline:hunter2@db.example.org:6432/busline?sslmode=require"


def test_another_database_of_a_url_keeps_everything_else_of_it() -> None:
    named = DatabaseAddress(url=URL).named("test 1")
    assert named.url == "postgresql://busline:hunter2@db.example.org:6432/test%201?sslmode=require"


def test_another_database_of_the_embedded_server_is_at_the_same_socket() -> None:
    address = DatabaseAddress(host="/data/postgres", user="busline", database="postgres")
    assert address.named("other") == DatabaseAddress(host="/data/postgres", user="busline", database="other")


def test_a_password_is_shown_neither_to_people_nor_in_a_traceback() -> None:
    address = DatabaseAddress(url=URL)
    assert address.shown == "postgresql://busline@db.example.org:6432/busline"
    assert "hunter2" not in repr(address)
    assert DatabaseAddress(url="postgresql:///busline?password=hunter2").shown == "postgresql:///busline"


def test_an_address_is_one_of_the_two_kinds() -> None:
    with pytest.raises(ValueError, match="either a URL or a socket directory"):
        DatabaseAddress()
    with pytest.raises(ValueError, match="either a URL or a socket directory"):
        DatabaseAddress(url=URL, host="/data/postgres")
