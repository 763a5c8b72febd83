"""What is forgotten, and when: whatever holds something of a person holds it for a time that is said."""
