"""The `canaryapp` command. The hook never imports it."""
