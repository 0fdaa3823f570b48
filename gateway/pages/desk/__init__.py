"""The desk: what staff work in all day. One module per area; `frame` is what their pages share."""

from gateway.pages.desk import (
    account,
    appointment_customer,
    appointment_messages,
    customer_merge,
    customers,
    invitations,
    lists,
    search,
    settings,
    users,
    welcome,
)

# Importing them hangs their pages into the blueprint.
MODULES = (
    lists,
    customers,
    invitations,
    customer_merge,
    appointment_customer,
    appointment_messages,
    search,
    settings,
    account,
    users,
    welcome,
)
