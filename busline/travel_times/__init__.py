"""What is learned of the road, the stops and the day, and what it says about the minutes ahead, with how sure it is."""
