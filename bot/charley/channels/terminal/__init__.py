"""The assistant in the terminal: the chat, and lines from a pipe."""
