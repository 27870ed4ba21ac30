"""The guide in Slack: what comes in, where it is answered, how answers look, and how they are sent."""
