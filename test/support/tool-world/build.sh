#!/bin/bash
# build.sh FOLDER: what the tools are to fetch, as files below FOLDER/www/<host>/, and a certificate for those hosts.
set -e
cd "$1"
hosts=(web git npm pip deb)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=web.test
printf 'subjectAltName=%s\n' "$(printf 'DNS:%s.test,' "${hosts[@]}" | sed 's/,$//')" >extensions
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out cert.pem

mkdir -p www/web.test www/git.test www/npm.test/hello-tool/- www/pip.test/simple/hello-tool www/deb.test
echo 'hello of the web' >www/web.test/index

git init -q -b main source
echo 'hello of git' >source/file
git -C source add file
git -C source -c user.name=test -c user.email=test@example.invalid commit -qm one
git clone -q --bare source www/git.test/repo.git
git -C www/git.test/repo.git update-server-info

mkdir package
echo '{ "name": "hello-tool", "version": "1.0.0" }' >package/package.json
echo 'hello of npm' >package/hello
tarball=hello-tool/-/hello-tool-1.0.0.tgz
tar czf "www/npm.test/$tarball" package
cat >www/npm.test/hello-tool/index <<-end
	{ "name": "hello-tool", "dist-tags": { "latest": "1.0.0" }, "versions": { "1.0.0": {
	"name": "hello-tool", "version": "1.0.0", "dist": { "tarball": "https://npm.test/$tarball" } } } }
end

wheel=hello_tool-1.0.0-py3-none-any.whl
/usr/bin/python3 - "www/pip.test/$wheel" <<-'end'
	import sys, zipfile
	info = "hello_tool-1.0.0.dist-info/"
	with zipfile.ZipFile(sys.argv[1], "w") as wheel:
	    wheel.writestr("hello_tool.py", "# hello of pip\n")
	    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: hello-tool\nVersion: 1.0.0\n")
	    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
	    wheel.writestr(info + "RECORD", "".join(f"{name},,\n" for name in ["hello_tool.py", info + "METADATA", info + "WHEEL", info + "RECORD"]))
end
echo "<a href=\"https://pip.test/$wheel\">$wheel</a>" >www/pip.test/simple/hello-tool/index

mkdir -p deb/DEBIAN deb/usr/share
echo 'hello of apt' >deb/usr/share/hello
printf '%s\n' 'Package: hello-tool' 'Version: 1.0' 'Architecture: all' 'Maintainer: test <test@example.invalid>' 'Description: says hello' >deb/DEBIAN/control
dpkg-deb --root-owner-group --build deb www/deb.test/hello-tool.deb
{
	cat deb/DEBIAN/control
	printf 'Filename: ./hello-tool.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s www/deb.test/hello-tool.deb)" "$(sha256sum www/deb.test/hello-tool.deb | cut -d' ' -f1)"
} >www/deb.test/Packages
