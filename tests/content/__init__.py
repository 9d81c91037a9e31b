"""What contents and paths become, and that they come back as they were."""
