"""What the parts of a lifecycle are called on a page: by their titles, questions and options."""

from collections.abc import Sequence

from apflow.diagram.words import Words
from apflow.policy.lifecycle import Lifecycle
from apflow.web.wording import first_up, value


class Named:
    """One lifecycle's names as people know them; a name without a title loses its underscores."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self._words = Words(lifecycle)

    def fact(self, name: str) -> str:
        """Return what a fact or setting is called."""
        fact = self.lifecycle.facts.get(name)
        if fact is not None:
            return fact.title or fact.ask or self._words.name(name)
        setting = self.lifecycle.settings.get(name)
        return (setting.title if setting else None) or plain(name)

    def role(self, name: str) -> str:
        """Return a role's title."""
        known = self.lifecycle.roles.get(name)
        return (known.title if known else None) or plain(name)

    def event(self, name: str) -> str:
        """Return an event's title."""
        return self.lifecycle.events[name].title if name in self.lifecycle.events else plain(name)

    def state(self, name: str) -> str:
        """Return a state's title."""
        return self.lifecycle.states[name].title if name in self.lifecycle.states else plain(name)

    def meeting(self, name: str) -> str:
        """Return a meeting's title."""
        known = self.lifecycle.meetings.get(name)
        return (known.title if known else None) or plain(name)

    def guard(self, name: str) -> str:
        """Return a guard's title, else its name in words."""
        known = self.lifecycle.guards.get(name)
        return first_up((known.title if known else None) or self._words.name(name))

    def entry(self, fact: str, name: str) -> str:
        """Return what an entry of a checklist is called; one whose id is a role has its title."""
        known = self.lifecycle.facts.get(fact)
        entry = known.entries.get(name) if known else None
        return (entry.title if entry else None) or self.role(name)

    def option(self, of: str, name: str) -> str:
        """Return an option of a choice; of `state` and `role`, which are choices too, a title."""
        if of == "state":
            return self.state(name)
        if of == "role" or name in self.lifecycle.roles:
            return self.role(name)
        known = self.lifecycle.facts.get(of)
        return (known.options.get(name) if known else None) or plain(name)

    def setting(self, name: str) -> str:
        """Return a setting's value in words."""
        given = self.lifecycle.settings[name].value
        if given is None:
            return "not set yet"
        if isinstance(given, tuple):
            return listed([plain(one) for one in given], "and")
        return plain(given) if isinstance(given, str) else value(given)

    def unit(self, name: str) -> str:
        """Return a unit of time, whether named itself or held by a setting."""
        setting = self.lifecycle.settings.get(name)
        if setting is None:
            return plain(name)
        return plain(setting.value) if setting.value is not None else "unit not set yet"


def plain(name: object) -> str:
    """Return an id as words."""
    return str(name).replace("_", " ")


def quoted(text: str) -> str:
    """Return what people see of something, in quotation marks."""
    return f"“{text}”"


def listed(parts: Sequence[str], by: str) -> str:
    """Return `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {by} {parts[-1]}"
