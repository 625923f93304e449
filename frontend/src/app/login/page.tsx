import { LoginView } from "@/components/auth/LoginView";

export default function LoginPage() {
  return <LoginView />;
}
