"""What is asked, in the light of the conversation."""
