# SPDX-License-Identifier: Unlicense
"""TAP of claims: what tests print that know all of their results at the end."""


def report(claims, trouble="", notes=()):
    """Print (claim, whether it holds) for each, then `notes`, and what `trouble` says if any fails. The exit status."""
    claims = list(claims)
    failed = sum(not holds for _, holds in claims)
    for number, (name, holds) in enumerate(claims, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name.replace('#', '')}")
    for line in [*notes, *(trouble.splitlines() if failed else [])]:
        print(f"# {line}")
    print(f"1..{len(claims)}\n{len(claims) - failed} passed, {failed} failed, 0 skipped")
    return int(failed != 0)


def of_run(outcome, lines=None):
    """How a run ended, and what it printed."""
    return "\n".join([outcome.reason, *(outcome.lines if lines is None else lines)])
