"""What can be asked of a network: what it reads, and why; whether its gradient is right."""
