"""Twilio's error codes: what they mean for the message, and whether another try can help.

https://www.twilio.com/docs/api/errors. 30xxx come with a status, the others as the answer to a request. What only the
recipient can change (a phone switched off for as long as the network waits) is a failure: somebody should know. What
lies with the network or the account at the moment is tried again.
"""

from notify.domain.delivery import Outcome, failure, retry

TRY_AGAIN = {
    "provider_busy": (14107, 20429, 21611, 30001, 30009, 30017, 30022, 63018, 63038),
    "provider_login": (20003, 20005, 20006, 20008, 30002),
    "provider_setup": (21212, 21603, 21606, 21659, 21660, 21661, 21703, 21704),
}
FINAL = {
    "sms_unreachable": (30003,),
    "sms_blocked": (30004, 30019),
    "number_unknown": (21211, 21214, 21217, 21219, 21401, 21407, 21421, 30005, 30011),
    "no_sms_number": (21612, 21614, 30006),
    "sms_filtered": (30007, 30032, 30033, 30034, 30035),
    "sms_region": (21408, 30018, 30038),
    "opted_out": (21610,),
    "sms_too_long": (21605, 21617, 30012),
}
MEANING = {code: (reason, True) for reason, codes in TRY_AGAIN.items() for code in codes}
MEANING |= {code: (reason, False) for reason, codes in FINAL.items() for code in codes}


def meaning(code: int, detail: str) -> Outcome | None:
    """What this code means; None for one that is not on the list."""
    if code not in MEANING:
        return None
    reason, again = MEANING[code]
    return retry(reason, detail) if again else failure(reason, detail)


def undelivered(code: int, detail: str) -> Outcome:
    """What it means that an SMS which Twilio had taken did not arrive."""
    return meaning(code, detail) or failure("sms_unknown", detail)
