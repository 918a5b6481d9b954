"""The defaults of what the listings of 2018 call; as for today's."""

from defaults_today import show

show("2018")
