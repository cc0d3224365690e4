"""`make bench`: how fast the portal is, each figure beside a limit that was measured in the same run."""
