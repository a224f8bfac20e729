// Stands in for ssh2 in bundles: docker daemons on other machines are refused, so nothing is ever reached over ssh.
module.exports = {};
