"""Speed and weight, each as a ratio against a yardstick taken in turn in the same run."""
