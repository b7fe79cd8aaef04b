"""Files of Alpkey's state folder, written atomically, and the lock around them."""
