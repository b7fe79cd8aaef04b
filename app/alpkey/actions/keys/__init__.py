"""The key files of this computer, and the keys that the service knows."""
