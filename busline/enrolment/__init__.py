"""How a phone comes to be allowed to ask about a student, and how it ceases to be: codes, consent, staff, carriers."""
