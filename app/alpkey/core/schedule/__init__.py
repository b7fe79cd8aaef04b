"""What happens by itself, and when: reminders, automatic renewals, background commands."""
