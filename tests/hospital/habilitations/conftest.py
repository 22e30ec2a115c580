"""A house and its RSSI before the screen."""

from __future__ import annotations

import pytest
from django.test import Client

from support.hospital import login
from support.matrix import House, make_house


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def browser(house: House, client: Client) -> Client:
    login(client, house.rssi)
    return client
