"""What is said of our own accord, put into words: alerts, announcements and what comes of cases."""
