"""What others may ask of the invitations service: nothing yet (see `contracts`)."""

from runtime.service import App


class InvitationsEdge:
    """No RPC, no events: the service starts, migrates its database and reports its health."""

    def __init__(self, app: App):
        self.app = app
