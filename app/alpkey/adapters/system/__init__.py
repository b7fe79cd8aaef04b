"""The desktop and the network of this computer, on Linux and macOS."""
