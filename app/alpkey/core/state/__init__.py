"""The journal and what follows from it: quota, snapshot, status, ownership."""
