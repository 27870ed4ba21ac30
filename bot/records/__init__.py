"""All that must survive a restart, in one database: conversations, transcript, journal, tickets, feedback, outbox."""
